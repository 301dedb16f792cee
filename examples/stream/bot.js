#!/usr/bin/env node
// Streams a language model's long answer: sends its beginning, then edits the message as words arrive. Each edit
// waits for the result of the previous one, matched by id. Run it with --ack event, so that no question is lost.
const waiting = new Map(); // by id, the callbacks waiting for a result
const say = (method, rest) => console.log(JSON.stringify({ type: `telegram.${method}`, ...rest }));
async function* model(prompt) { // stands in for your model
  yield* `You said "${prompt}". I count: `; // one letter at a time
  for (let number = 1; number <= (/\d{1,3}/.exec(prompt) ?? 3); number++) yield `${number}, `;
}

async function answer(event) {
  let [message, text, shown, calls] = [undefined, "", "", 0];
  const show = async () => {
    if (text.trim() === shown) return; // Telegram rejects edits that change nothing
    const [method, id] = [message ? "edit_message_text" : "send_message", `${event.update_id}/${++calls}`];
    say(method, { message_id: message, text: (shown = text.trim()), id });
    const result = await new Promise((done) => waiting.set(id, done));
    if (!result.ok) throw new Error(result.description);
    message = result.result.message_id;
  };
  say("send_chat_action", { action: "typing" });
  for await (const words of model(event.text)) {
    if (text.length + words.length > 4096) await show(), ([message, text, shown] = [undefined, "", ""]);
    text += words;
    if (text.length > shown.length + (shown ? 400 : 40)) await show(); // about one edit per second
  }
  await show();
}

async function take(event) {
  if (event.type === "telegram.result") return waiting.get(event.id)?.(event), waiting.delete(event.id);
  if (event.type === "telegram.message" && event.text) await answer(event).catch(console.error);
  if (event.update_id) say("ack", { update_id: event.update_id });
}
let rest = ""; // an incomplete line; readline would also split at U+2028, which is data
process.stdin.setEncoding("utf8").on("data", (piece) => {
  const lines = (rest + piece).split("\n");
  rest = lines.pop();
  for (const line of lines) take(JSON.parse(line));
});
