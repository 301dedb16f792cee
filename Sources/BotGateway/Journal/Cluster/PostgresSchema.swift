/// The journal's tables and functions in PostgreSQL, in a schema of their own.
///
/// As in `JournalDatabase`, times are milliseconds since 1970, and keys rise. A commit is one call of one function, so that
/// a gateway that stops in the middle of it, frozen or cut off, holds no lock at the server.
enum PostgresSchema {
    static let layout = 1
    /// The first key of pipegram's advisory locks, `ppgm` as a number; the second one is a shard's number, -1 for the
    /// poll, or -2 for inserts of events.
    static let lockClass = 1_886_414_951

    /// Makes the schema if there is none. Of several gateways that start, the first one does.
    static let make = """
        DO $schema$ BEGIN
        PERFORM pg_advisory_xact_lock(\(lockClass), -3);
        IF to_regnamespace('pipegram') IS NULL THEN
        \(definitions)
        END IF;
        END $schema$
        """

    private static let definitions = #"""
        CREATE SCHEMA pipegram;
        CREATE TABLE pipegram.fact (name text PRIMARY KEY, value text NOT NULL);
        CREATE TABLE pipegram.shard (
            id int PRIMARY KEY, epoch bigint NOT NULL DEFAULT 0, clean boolean NOT NULL DEFAULT true,
            reach int NOT NULL DEFAULT 1, holder text, since bigint);
        INSERT INTO pipegram.shard (id) SELECT generate_series(-1, 15);
        CREATE SEQUENCE pipegram.event_key;
        CREATE SEQUENCE pipegram.call_block;
        CREATE TABLE pipegram.event (
            shard int NOT NULL, key bigint PRIMARY KEY, scope text NOT NULL, update_id bigint NOT NULL, line text NOT NULL,
            redelivered boolean NOT NULL DEFAULT false, deaths int NOT NULL DEFAULT 0);
        CREATE INDEX event_by_shard ON pipegram.event (shard, key);
        CREATE UNIQUE INDEX event_by_update ON pipegram.event (update_id);
        CREATE TABLE pipegram.call (
            shard int NOT NULL, key bigint PRIMARY KEY, scope text NOT NULL, line text NOT NULL);
        CREATE INDEX call_by_shard ON pipegram.call (shard, key);
        CREATE TABLE pipegram.state (shard int NOT NULL, scope text NOT NULL, value text NOT NULL, PRIMARY KEY (shard, scope));
        CREATE TABLE pipegram.wake (
            shard int NOT NULL, scope text NOT NULL, at bigint NOT NULL, members text NOT NULL, PRIMARY KEY (shard, scope, at));
        CREATE TABLE pipegram.dead_letter (
            key bigint PRIMARY KEY, shard int NOT NULL, scope text NOT NULL, update_id bigint NOT NULL, line text NOT NULL,
            reason text NOT NULL, died bigint NOT NULL);
        CREATE TABLE pipegram.hold (chat text PRIMARY KEY, until bigint NOT NULL);
        CREATE TABLE pipegram.moved (old bigint PRIMARY KEY, new bigint NOT NULL);
        CREATE TABLE pipegram.child (
            shard int NOT NULL, scope text NOT NULL, pid int NOT NULL, started bigint NOT NULL, PRIMARY KEY (shard, scope));

        -- Taking a shard raises its epoch: from then on, commits of its last holder are ignored. If that one didn't give it
        -- back, the first events of each scope may have been given to a child.
        CREATE FUNCTION pipegram.take_shard(
            shard_id int, holder_name text, new_reach int, now bigint, OUT new_epoch bigint, OUT block bigint)
        LANGUAGE plpgsql AS $$
        DECLARE before pipegram.shard;
        BEGIN
            SELECT * INTO before FROM pipegram.shard WHERE id = shard_id FOR UPDATE;
            UPDATE pipegram.shard SET epoch = epoch + 1, clean = false, holder = holder_name, since = now,
                reach = greatest(new_reach, CASE WHEN before.clean THEN 0 ELSE before.reach END)
                WHERE id = shard_id;
            IF NOT before.clean THEN
                UPDATE pipegram.event e SET redelivered = true FROM (
                    SELECT key, row_number() OVER (PARTITION BY scope ORDER BY key) AS place
                    FROM pipegram.event WHERE shard = shard_id) AS first
                WHERE e.shard = shard_id AND e.key = first.key AND first.place <= before.reach AND NOT e.redelivered;
            END IF;
            DELETE FROM pipegram.child WHERE shard = shard_id;
            new_epoch := before.epoch + 1;
            -- Keys of calls from a later block are higher, at any gateway.
            block := nextval('pipegram.call_block');
        END $$;

        CREATE FUNCTION pipegram.release_shard(shard_id int, its_epoch bigint) RETURNS void LANGUAGE sql AS $$
            DELETE FROM pipegram.child WHERE shard = shard_id
                AND EXISTS (SELECT FROM pipegram.shard WHERE id = shard_id AND epoch = its_epoch);
            UPDATE pipegram.shard SET clean = true, holder = NULL WHERE id = shard_id AND epoch = its_epoch;
        $$;

        -- Inserts of events come one after another, so that their keys rise in the order of their commits: who has read up to a
        -- key has missed none below it.
        CREATE FUNCTION pipegram.begin_insert() RETURNS void LANGUAGE sql AS $$
            SELECT pg_advisory_xact_lock(1886414951, -2) $$;

        -- Makes all changes of one gateway, but none of shards that it doesn't hold any more. Returns those that it holds.
        CREATE FUNCTION pipegram.commit(c jsonb) RETURNS int[] LANGUAGE plpgsql AS $$
        DECLARE
            held int[];
            touched int[] := '{}';
            w record;
            new_key bigint;
            wake_members text;
        BEGIN
            SELECT coalesce(array_agg(id), '{}') INTO held FROM (
                SELECT s.id FROM pipegram.shard s
                JOIN jsonb_to_recordset(c->'held') AS h(id int, epoch bigint) ON s.id = h.id AND s.epoch = h.epoch
                ORDER BY s.id FOR SHARE OF s) AS mine;
            IF c ? 'acknowledged' THEN
                DELETE FROM pipegram.event e USING jsonb_array_elements(c->'acknowledged') AS a(id)
                WHERE e.key = a.id::bigint AND e.shard = ANY (held);
            END IF;
            IF c ? 'requeued' THEN
                UPDATE pipegram.event e SET redelivered = true, deaths = r.deaths
                FROM jsonb_to_recordset(c->'requeued') AS r(key bigint, deaths int)
                WHERE e.key = r.key AND e.shard = ANY (held);
            END IF;
            IF c ? 'dead_letters' THEN
                WITH dead AS (
                    DELETE FROM pipegram.event e
                    USING jsonb_to_recordset(c->'dead_letters') AS d(key bigint, reason text, died bigint)
                    WHERE e.key = d.key AND e.shard = ANY (held)
                    RETURNING e.key, e.shard, e.scope, e.update_id, e.line, d.reason, d.died)
                INSERT INTO pipegram.dead_letter SELECT * FROM dead ON CONFLICT DO NOTHING;
            END IF;
            IF c ? 'calls' THEN
                INSERT INTO pipegram.call SELECT k.shard, k.key, k.scope, k.line
                FROM jsonb_to_recordset(c->'calls') AS k(shard int, key bigint, scope text, line text)
                WHERE k.shard = ANY (held);
            END IF;
            IF c ? 'answered' THEN
                DELETE FROM pipegram.call k USING jsonb_array_elements(c->'answered') AS a(id)
                WHERE k.key = a.id::bigint AND k.shard = ANY (held);
            END IF;
            IF c ? 'states' THEN
                DELETE FROM pipegram.state s USING jsonb_to_recordset(c->'states') AS n(shard int, scope text, value text)
                WHERE s.shard = n.shard AND s.scope = n.scope AND n.value IS NULL AND n.shard = ANY (held);
                INSERT INTO pipegram.state SELECT n.shard, n.scope, n.value
                FROM jsonb_to_recordset(c->'states') AS n(shard int, scope text, value text)
                WHERE n.value IS NOT NULL AND n.shard = ANY (held)
                ON CONFLICT (shard, scope) DO UPDATE SET value = excluded.value;
            END IF;
            IF c ? 'children' THEN
                DELETE FROM pipegram.child k
                USING jsonb_to_recordset(c->'children') AS n(shard int, scope text, pid int, started bigint)
                WHERE k.shard = n.shard AND k.scope = n.scope AND n.pid IS NULL AND n.shard = ANY (held);
                INSERT INTO pipegram.child SELECT n.shard, n.scope, n.pid, n.started
                FROM jsonb_to_recordset(c->'children') AS n(shard int, scope text, pid int, started bigint)
                WHERE n.pid IS NOT NULL AND n.shard = ANY (held)
                ON CONFLICT (shard, scope) DO UPDATE SET pid = excluded.pid, started = excluded.started;
            END IF;
            IF c ? 'wakes' THEN
                FOR w IN SELECT * FROM jsonb_to_recordset(c->'wakes')
                    AS n(shard int, scope text, at bigint, members text, due boolean) LOOP
                    CONTINUE WHEN NOT w.shard = ANY (held);
                    IF w.members IS NOT NULL THEN
                        INSERT INTO pipegram.wake VALUES (w.shard, w.scope, w.at, w.members)
                        ON CONFLICT (shard, scope, at) DO UPDATE SET members = excluded.members;
                    ELSIF w.due THEN
                        DELETE FROM pipegram.wake k WHERE k.shard = w.shard AND k.scope = w.scope AND k.at = w.at
                        RETURNING k.members INTO wake_members;
                        CONTINUE WHEN NOT FOUND;
                        PERFORM pipegram.begin_insert();
                        new_key := nextval('pipegram.event_key');
                        -- Telegram's ids are positive.
                        INSERT INTO pipegram.event (shard, key, scope, update_id, line) VALUES (
                            w.shard, new_key, w.scope, -new_key,
                            '{"type":"telegram.wake","update_id":' || -new_key || ',' || substr(wake_members, 2) || E'\n');
                        touched := touched || w.shard;
                    ELSE
                        DELETE FROM pipegram.wake k WHERE k.shard = w.shard AND k.scope = w.scope;
                    END IF;
                END LOOP;
            END IF;
            IF c ? 'holds' THEN
                INSERT INTO pipegram.hold SELECT n.chat, n.until
                FROM jsonb_to_recordset(c->'holds') AS n(chat text, until bigint)
                ON CONFLICT (chat) DO UPDATE SET until = excluded.until;
            END IF;
            IF c ? 'moved' THEN
                INSERT INTO pipegram.moved SELECT n.old, n.new FROM jsonb_to_recordset(c->'moved') AS n(old bigint, new bigint)
                ON CONFLICT (old) DO UPDATE SET new = excluded.new;
            END IF;
            IF -1 = ANY (held) THEN
                IF c ? 'updates' THEN
                    PERFORM pipegram.begin_insert();
                    INSERT INTO pipegram.event (shard, key, scope, update_id, line, redelivered)
                    SELECT (u->>'shard')::int, nextval('pipegram.event_key'), u->>'scope', (u->>'update_id')::bigint,
                        u->>'line', coalesce((u->>'redelivered')::boolean, false)
                    FROM jsonb_array_elements(c->'updates') WITH ORDINALITY AS n(u, place) ORDER BY place
                    ON CONFLICT (update_id) DO NOTHING;
                    touched := touched || ARRAY (SELECT (u->>'shard')::int FROM jsonb_array_elements(c->'updates') AS u);
                END IF;
                IF c ? 'facts' THEN
                    INSERT INTO pipegram.fact SELECT key, value FROM jsonb_each_text(c->'facts')
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
                END IF;
            END IF;
            IF touched <> '{}' THEN
                PERFORM pg_notify('pipegram', array_to_string(ARRAY (SELECT DISTINCT unnest(touched)), ','));
            END IF;
            RETURN held;
        END $$;

        -- Puts dead letters behind the events that wait. Returns their number.
        CREATE FUNCTION pipegram.retry_dead_letters() RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE moved bigint;
        BEGIN
            PERFORM pipegram.begin_insert();
            WITH letter AS (DELETE FROM pipegram.dead_letter RETURNING *)
            INSERT INTO pipegram.event (shard, key, scope, update_id, line, redelivered)
            SELECT shard, nextval('pipegram.event_key'), scope, update_id, line, true
            FROM (SELECT * FROM letter ORDER BY key) AS sorted
            ON CONFLICT (update_id) DO NOTHING;
            GET DIAGNOSTICS moved = ROW_COUNT;
            IF moved > 0 THEN PERFORM pg_notify('pipegram', ''); END IF;
            RETURN moved;
        END $$;
        INSERT INTO pipegram.fact VALUES ('layout', '1');
        """#
}
