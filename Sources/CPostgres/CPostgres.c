#include "CPostgres.h"

#include <dlfcn.h>

struct pgNotify {
    char *name;
    int sender;
    char *payload;
};

// Numbers of libpq's interface, which never change.
enum { CONNECTION_BAD = 1, PGRES_COMMAND_OK = 1, PGRES_TUPLES_OK = 2, SQLSTATE = 'C', PRIMARY = 'M' };

static struct {
    PGconn *(*connectStartParams)(const char *const *, const char *const *, int);
    int (*connectPoll)(PGconn *);
    void (*finish)(PGconn *);
    int (*socket)(const PGconn *);
    int (*status)(const PGconn *);
    int (*serverVersion)(const PGconn *);
    int (*backendPID)(const PGconn *);
    char *(*errorMessage)(const PGconn *);
    int (*setnonblocking)(PGconn *, int);
    int (*sendQueryParams)(PGconn *, const char *, int, const void *, const char *const *, const int *, const int *,
        int);
    int (*flush)(PGconn *);
    int (*consumeInput)(PGconn *);
    int (*isBusy)(PGconn *);
    PGresult *(*getResult)(PGconn *);
    PGnotify *(*notifies)(PGconn *);
    void (*freemem)(void *);
    int (*resultStatus)(const PGresult *);
    char *(*resultErrorField)(const PGresult *, int);
    int (*ntuples)(const PGresult *);
    int (*nfields)(const PGresult *);
    int (*getisnull)(const PGresult *, int, int);
    char *(*getvalue)(const PGresult *, int, int);
    int (*getlength)(const PGresult *, int, int);
    void (*clear)(PGresult *);
    void (*(*setNoticeProcessor)(PGconn *, void (*)(void *, const char *), void *))(void *, const char *);
} pq;

const char *pg_load(void) {
    static const struct {
        const char *name;
        void *place;
    } functions[] = {
        {"PQconnectStartParams", &pq.connectStartParams}, {"PQconnectPoll", &pq.connectPoll},
        {"PQfinish", &pq.finish}, {"PQsocket", &pq.socket}, {"PQstatus", &pq.status},
        {"PQserverVersion", &pq.serverVersion}, {"PQbackendPID", &pq.backendPID},
        {"PQerrorMessage", &pq.errorMessage}, {"PQsetnonblocking", &pq.setnonblocking},
        {"PQsendQueryParams", &pq.sendQueryParams}, {"PQflush", &pq.flush}, {"PQconsumeInput", &pq.consumeInput},
        {"PQisBusy", &pq.isBusy}, {"PQgetResult", &pq.getResult}, {"PQnotifies", &pq.notifies},
        {"PQfreemem", &pq.freemem}, {"PQresultStatus", &pq.resultStatus},
        {"PQresultErrorField", &pq.resultErrorField}, {"PQntuples", &pq.ntuples}, {"PQnfields", &pq.nfields},
        {"PQgetisnull", &pq.getisnull}, {"PQgetvalue", &pq.getvalue}, {"PQgetlength", &pq.getlength},
        {"PQclear", &pq.clear}, {"PQsetNoticeProcessor", &pq.setNoticeProcessor},
    };
    static void *library;
    if (library) return NULL;
    void *opened = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!opened) return dlerror();
    for (size_t index = 0; index < sizeof functions / sizeof *functions; index++) {
        void *function = dlsym(opened, functions[index].name);
        if (!function) return dlerror();
        *(void **)functions[index].place = function;
    }
    library = opened;
    return NULL;
}

// Notices would go to stderr.
static void ignore(void *context, const char *message) {
    (void)context;
    (void)message;
}

PGconn *pg_connect_start(const char *const *names, const char *const *values) {
    PGconn *connection = pq.connectStartParams(names, values, 1);
    if (connection) pq.setNoticeProcessor(connection, ignore, NULL);
    return connection;
}

int pg_connect_poll(PGconn *connection) {
    int state = pq.connectPoll(connection);
    if (state == PG_POLLING_OK) pq.setnonblocking(connection, 1);
    return state;
}

void pg_finish(PGconn *connection) { pq.finish(connection); }
int pg_socket(const PGconn *connection) { return pq.socket(connection); }
int pg_is_broken(const PGconn *connection) { return pq.status(connection) == CONNECTION_BAD; }
int pg_server_version(const PGconn *connection) { return pq.serverVersion(connection); }
int pg_backend_pid(const PGconn *connection) { return pq.backendPID(connection); }
const char *pg_error(const PGconn *connection) { return pq.errorMessage(connection); }

int pg_send(PGconn *connection, const char *sql, int count, const char *const *values) {
    return pq.sendQueryParams(connection, sql, count, NULL, values, NULL, NULL, 0);
}

int pg_flush(PGconn *connection) { return pq.flush(connection); }
int pg_consume(PGconn *connection) { return pq.consumeInput(connection); }
int pg_is_busy(PGconn *connection) { return pq.isBusy(connection); }
PGresult *pg_get_result(PGconn *connection) { return pq.getResult(connection); }
PGnotify *pg_next_notification(PGconn *connection) { return pq.notifies(connection); }
const char *pg_payload(const PGnotify *notification) { return notification->payload; }
void pg_free(void *memory) { pq.freemem(memory); }

int pg_failed(const PGresult *result) {
    int status = pq.resultStatus(result);
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

const char *pg_sqlstate(const PGresult *result) { return pq.resultErrorField(result, SQLSTATE); }
const char *pg_result_error(const PGresult *result) { return pq.resultErrorField(result, PRIMARY); }
int pg_rows(const PGresult *result) { return pq.ntuples(result); }
int pg_columns(const PGresult *result) { return pq.nfields(result); }
int pg_is_null(const PGresult *result, int row, int column) { return pq.getisnull(result, row, column); }
const char *pg_value(const PGresult *result, int row, int column) { return pq.getvalue(result, row, column); }
int pg_length(const PGresult *result, int row, int column) { return pq.getlength(result, row, column); }
void pg_clear(PGresult *result) { pq.clear(result); }
