// Recording a voice message. The browser asks for the microphone.

import { byID, duration, toast } from "./dom.js";
import { asOgg } from "./ogg.js";

const types = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus"];

export class Voice {
  constructor(app) {
    this.app = app;
    this.button = byID("record");
    this.bar = byID("recording");
    this.type = globalThis.MediaRecorder && types.find((type) => MediaRecorder.isTypeSupported(type));
    // Only a page at a local or https address may use the microphone.
    this.button.hidden = !navigator.mediaDevices || !this.type;
    this.button.addEventListener("click", () => this.start());
    byID("send-recording").addEventListener("click", () => this.finish(true));
    byID("cancel-recording").addEventListener("click", () => this.finish(false));
    this.bar.addEventListener("keydown", (event) => event.key === "Escape" && this.finish(false));
  }

  async start() {
    if (this.isStarting || this.recorder) return;
    this.isStarting = true;
    try {
      this.begin(await navigator.mediaDevices.getUserMedia({ audio: true }));
    } catch (error) {
      toast(`The microphone can't be used: ${error.message}`, "error");
    } finally {
      this.isStarting = false;
    }
  }

  begin(stream) {
    const parts = [];
    const recorder = new MediaRecorder(stream, { mimeType: this.type });
    const began = performance.now();
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      // Without a microphone, the recording ends by itself.
      this.finish(true);
      if (this.isWanted) this.send(new Blob(parts, { type: this.type }), (performance.now() - began) / 1000);
    });
    this.recorder = recorder;
    this.button.hidden = true;
    this.bar.hidden = false;
    const show = () => (byID("recorded").textContent = duration(Math.floor((performance.now() - began) / 1000)));
    show();
    this.timer = setInterval(show, 500);
    recorder.start();
    byID("send-recording").focus();
  }

  // Ends the recording, if there is one.
  finish(isWanted) {
    const { recorder } = this;
    if (!recorder) return;
    this.recorder = null;
    this.isWanted = isWanted;
    clearInterval(this.timer);
    const hadFocus = this.bar.contains(document.activeElement);
    this.bar.hidden = true;
    this.button.hidden = false;
    if (hadFocus) byID("text").focus();
    if (recorder.state !== "inactive") recorder.stop();
  }

  async send(blob, seconds) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const ogg = this.type.startsWith("audio/ogg") ? bytes : asOgg(bytes);
    const file = new File([ogg], "voice.ogg", { type: "audio/ogg" });
    await this.app.act("sendVoice", { duration: Math.max(1, Math.round(seconds)), ...this.app.composer.replyParameters() }, { voice: file });
  }
}
