// What the server of the benchmarks hands out and expects back; knows nothing of sockets.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { FIRST_UPDATE = 100000001, FIRST_CHAT = 700000001 };

/// How many messages were handed out, and how many of them were answered.
extern int messages_given, messages_answered;

/// Of `total` messages, one at a time for each of `chats` chats, `window` at a time for all of them.
/// False without memory.
bool messages_prepare(int total, int chats, int window);

/// Lets messages be handed out until they are `count`.
void messages_allow(int count);

bool messages_may_give(void);

/// Hands out the next message: to the chat that has waited longest since its last answer.
void messages_give(void);

/// Writes the update of a message that was handed out; answers the end of it.
char *messages_write_update(char *out, int message);

/// How many bytes an update has at most.
enum { MESSAGES_UPDATE_SIZE = 2048 };

/// Takes the body of a sendMessage; false if that chat doesn't wait for this answer.
bool messages_accept_answer(const char *body);

/// The integer that follows `key` in a JSON text, or begins the string that follows it; -1 without one.
long long json_number(const char *json, const char *key);
