#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int messages_given, messages_answered;

static int chats, window, allowed;
static int *chat_of;                            // by message
static int *waiting;                            // by chat: the message it awaits the answer to, or -1
static int *quiet, quiet_first, quiet_count;    // a ring of the chats that await no answer

// None of them is a reply: the text of the replied-to message would come first, and neither echo.c nor this file would
// find the right one.
static const char *const texts[] = {
    "Добрый день. Подскажите, пожалуйста, как перенести запись на четверг после обеда? 😊",
    "The parcel hasn't arrived yet. I wrote to the shop on Monday, and they said \"two or three days\", "
    "which was a week ago. Could you look into it, please? The number is 4711-0815.\n\nThanks! 🙏 "
    "P.S. If it is lost, I'd rather have my money back than another one: my son's birthday is over.",
    "Привет! Во сколько сегодня встречаемся? Я буду у метро без десяти семь, могу взять билеты на всех.",
    "Naïve café résumé — and a path, C:\\bots\\demo, a link, https://core.telegram.org/bots/api#getupdates, "
    "just to see what becomes of slashes, \"quotes\" and dashes on their way through a pipe and back again.",
    "今日は、明日の予定を教えてください。🗓️ 午前中は空いていますか?よろしくお願いします。",
};
static const char *const names[][2] = {
    { "Анна", "Каренина" }, { "Giuseppe", "Verdi" }, { "Михаил", "Булгаков" }, { "Zoë", "Müller-Lüdenscheidt" },
};
enum { TEXTS = sizeof texts / sizeof *texts, NAMES = sizeof names / sizeof *names };

// In JSON, as in an update.
static char *escaped_texts[TEXTS], *escaped_names[NAMES][2];

/// The contents of a JSON string as Telegram writes them: characters outside ASCII as `\u` escapes in UTF-16.
static char *escape(const char *text) {
    char *escaped = malloc(6 * strlen(text) + 1), *out = escaped;
    if (!escaped) return NULL;
    for (const unsigned char *in = (const unsigned char *)text; *in;) {
        unsigned point = *in++;
        if (point == '"' || point == '\\') out += sprintf(out, "\\%c", point);
        else if (point == '\n') out += sprintf(out, "\\n");
        else if (point < 0x80) *out++ = point;
        else {
            int more = point >= 0xf0 ? 3 : point >= 0xe0 ? 2 : 1;
            point &= 0x3f >> more;
            while (more-- > 0) point = point << 6 | (*in++ & 0x3f);
            if (point < 0x10000) out += sprintf(out, "\\u%04x", point);
            else out += sprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff));
        }
    }
    *out = 0;
    return escaped;
}

bool messages_prepare(int total, int chat_count, int window_size) {
    chats = chat_count;
    window = window_size;
    chat_of = malloc(total * sizeof *chat_of);
    waiting = malloc(chats * sizeof *waiting);
    quiet = malloc(chats * sizeof *quiet);
    bool complete = chat_of && waiting && quiet;
    for (int i = 0; complete && i < chats; i++) quiet[i] = i, waiting[i] = -1;
    quiet_count = chats;
    for (int i = 0; i < TEXTS; i++) complete &= !!(escaped_texts[i] = escape(texts[i]));
    for (int i = 0; i < NAMES * 2; i++) complete &= !!(escaped_names[i / 2][i % 2] = escape(names[i / 2][i % 2]));
    return complete;
}

void messages_allow(int count) {
    allowed = count;
}

bool messages_may_give(void) {
    return messages_given < allowed && messages_given - messages_answered < window && quiet_count > 0;
}

void messages_give(void) {
    int chat = quiet[quiet_first];
    quiet_first = (quiet_first + 1) % chats;
    quiet_count--;
    chat_of[messages_given] = chat;
    waiting[chat] = messages_given++;
}

char *messages_write_update(char *out, int message) {
    int chat = chat_of[message], id = FIRST_CHAT + chat;
    char **name = escaped_names[chat % NAMES], person[512];
    snprintf(person, sizeof person, "\"first_name\":\"%s\",\"last_name\":\"%s\",\"username\":\"user_%d\"",
             name[0], name[1], id);
    return out + snprintf(out, MESSAGES_UPDATE_SIZE,
                          "{\"update_id\":%d,\"message\":{\"message_id\":%d,"
                          "\"from\":{\"id\":%d,\"is_bot\":false,%s,\"language_code\":\"en\"},"
                          "\"chat\":{\"id\":%d,%s,\"type\":\"private\"},\"date\":%d,\"text\":\"%d. %s\"}}",
                          FIRST_UPDATE + message, message + 10, id, person, id, person,
                          1700000000 + message / 20, message, escaped_texts[message % TEXTS]);
}

long long json_number(const char *json, const char *key) {
    const char *found = strstr(json, key);
    if (!found) return -1;
    found += strlen(key);
    return strtoll(found + strspn(found, "\": "), NULL, 10);
}

bool messages_accept_answer(const char *body) {
    long long chat = json_number(body, "\"chat_id\"") - FIRST_CHAT;
    if (chat < 0 || chat >= chats || waiting[chat] < 0) return false;
    if (json_number(body, "\"text\"") != waiting[chat]) return false;
    waiting[chat] = -1;
    quiet[(quiet_first + quiet_count++) % chats] = chat;
    messages_answered++;
    return true;
}
