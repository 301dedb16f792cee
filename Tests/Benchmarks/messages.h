// The messages that the benchmark server sends, and the answers that it expects. No networking.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { FIRST_UPDATE = 100000001, FIRST_CHAT = 700000001 };

/// How many messages were sent, and how many of them were answered.
extern int messages_given, messages_answered;

/// Prepares `total` messages, with at most one unanswered per chat and `window` overall. False if memory is exhausted.
bool messages_prepare(int total, int chats, int window);

/// Allows sending until `count` messages were sent in total.
void messages_allow(int count);

bool messages_may_give(void);

/// Sends the next message to the chat that was answered longest ago.
void messages_give(void);

/// Writes the update of a sent message, and returns the end of it.
char *messages_write_update(char *out, int message);

/// The maximum size of an update in bytes.
enum { MESSAGES_UPDATE_SIZE = 2048 };

/// Parses the body of a sendMessage; false if its chat doesn't await this answer.
bool messages_accept_answer(const char *body);

/// The integer after `key` in a JSON text, also at the start of a string; -1 if there is none.
long long json_number(const char *json, const char *key);
