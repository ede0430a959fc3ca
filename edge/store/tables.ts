/**
 * The agent's durable state. `inbox` holds the inputs since the checkpoint, many per row (`inbox-codec.ts`); `inflight` and
 * `done` are the MQTT packet ids of `mqtt/packet-ledger.ts`; `outbox` holds effects that no sink has confirmed yet; `posted` are keys by which messages that come again are known.
 */
export const TABLES = `
CREATE TABLE IF NOT EXISTS inbox(seq INTEGER PRIMARY KEY, count INT NOT NULL, recv_ms REAL NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS inflight(src TEXT, id INT, h INT NOT NULL, seq INT NOT NULL, PRIMARY KEY(src, id)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done(src TEXT, id INT, h INT NOT NULL, seq INT NOT NULL, PRIMARY KEY(src, id)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cursor(name TEXT PRIMARY KEY, seq INT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sink(key TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox(sink TEXT, id INTEGER, count INT NOT NULL, epoch INT, created_ms REAL NOT NULL, body BLOB NOT NULL, context TEXT, PRIMARY KEY(sink, id)) STRICT;
CREATE TABLE IF NOT EXISTS dead_letter(id INTEGER PRIMARY KEY, node TEXT, code TEXT, message TEXT, topic TEXT, recv_ms REAL, truncated INT, bytes BLOB) STRICT;
CREATE TABLE IF NOT EXISTS sink_letter(id INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT, code TEXT, message TEXT, topic TEXT, recv_ms REAL, truncated INT, bytes BLOB) STRICT;
CREATE TABLE IF NOT EXISTS posted(src TEXT, key TEXT, seq INT NOT NULL, PRIMARY KEY(src, key)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posted_seq ON posted(src, seq);
CREATE TABLE IF NOT EXISTS release(pipeline TEXT PRIMARY KEY, release INT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS active(slot INTEGER PRIMARY KEY CHECK(slot = 0), pipeline TEXT NOT NULL, release INT NOT NULL, sha256 TEXT NOT NULL, since_ms REAL NOT NULL) STRICT;
`;
