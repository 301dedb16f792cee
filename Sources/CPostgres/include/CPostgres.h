// The calls of PostgreSQL's libpq that pipegram makes. libpq.so.5 is loaded when first needed, so that a gateway without
// PostgreSQL needs none and starts as fast as before. What each call does: the chapter on libpq in PostgreSQL's manual.
#pragma once
#include <stddef.h>

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;
typedef struct pgNotify PGnotify;

enum { PG_POLLING_FAILED, PG_POLLING_READING, PG_POLLING_WRITING, PG_POLLING_OK };

// Loads libpq. Returns NULL, or why it can't be loaded.
const char *pg_load(void);

PGconn *pg_connect_start(const char *const *names, const char *const *values);
int pg_connect_poll(PGconn *connection);
void pg_finish(PGconn *connection);
int pg_socket(const PGconn *connection);
int pg_is_broken(const PGconn *connection);
int pg_server_version(const PGconn *connection);
int pg_backend_pid(const PGconn *connection);
const char *pg_error(const PGconn *connection);

// Without waiting for room in the socket: 1, or 0 on an error.
int pg_send(PGconn *connection, const char *sql, int count, const char *const *values);
// 0: all is sent; 1: call it again once the socket is writable; -1: an error.
int pg_flush(PGconn *connection);
int pg_consume(PGconn *connection);
int pg_is_busy(PGconn *connection);
// NULL after the last result of a statement.
PGresult *pg_get_result(PGconn *connection);
// The payload of the next notification, to be freed by pg_free; NULL if there is none.
PGnotify *pg_next_notification(PGconn *connection);
const char *pg_payload(const PGnotify *notification);
void pg_free(void *memory);

int pg_failed(const PGresult *result);
// The five characters of SQLSTATE; NULL if the server sent none.
const char *pg_sqlstate(const PGresult *result);
const char *pg_result_error(const PGresult *result);
int pg_rows(const PGresult *result);
int pg_columns(const PGresult *result);
int pg_is_null(const PGresult *result, int row, int column);
const char *pg_value(const PGresult *result, int row, int column);
int pg_length(const PGresult *result, int row, int column);
void pg_clear(PGresult *result);
