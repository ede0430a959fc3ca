import { gzipSync } from 'fflate';
import type { Batch } from '../../engine/batch/batch';
import { LittoralError } from '../../engine/error';
import type { SinkConfig } from '../../engine/plan/plan';
import { rowPayload } from '../../engine/rows/row-payload';
import { prepareTopic } from '../../engine/rows/topic-template';
import type { Schema } from '../../engine/schema/schema';
import type { Connection } from '../connection/connection';
import type { Sink } from './sink';

const UNCONFIRMED_MAX = 10_000;

/**
 * Publishes each row as a message, JSON unless the sink names another format. The browser promises no delivery: while the broker is away, or more than 10 000
 * messages are unconfirmed, rows are refused with an error that the run shows. The edge agent has an outbox for that.
 */
export function mqttSink(config: Extract<SinkConfig, { connector: 'mqtt' }>, schema: Schema, connection: Connection): Sink {
  const topicOf = prepareTopic(config.topic, schema);
  const payloadOf = rowPayload(config.encoder, schema, config.compression === 'gzip' ? bytes => gzipSync(bytes, { mtime: 0 }) : undefined);
  const options = { qos: config.qos, retain: config.retain };
  const unconfirmed = new Set<Promise<void>>();
  const publishRow = (batch: Batch, row: number): Promise<void> => {
    const sent = connection.publish(topicOf(batch, row), payloadOf(batch, row), options).finally(() => unconfirmed.delete(sent));
    unconfirmed.add(sent);
    return sent;
  };
  return {
    async write({ batch }) {
      const room = Math.max(0, UNCONFIRMED_MAX - unconfirmed.size);
      const sent = Array.from({ length: Math.min(room, batch.rowCount) }, (_, row) => publishRow(batch, row));
      const failed = (await Promise.allSettled(sent)).find(outcome => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      if (batch.rowCount > room) throw tooMany(config.name, batch.rowCount - room);
    },
    async close() {
      await Promise.allSettled(unconfirmed);
    }
  };
}

function tooMany(name: string, rows: number): LittoralError {
  return new LittoralError('SINK_OVERFLOW', `sink "${name}": ${rows} rows were not published because ${UNCONFIRMED_MAX} are waiting for the broker. Publish fewer rows or run the pipeline at the edge.`, {
    details: { sink: name, rows }
  });
}
