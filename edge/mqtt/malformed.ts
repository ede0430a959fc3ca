import { LittoralError } from '../../engine/error';

/** A packet that no sound broker sends; the connection is closed. */
export function malformed(what: string): LittoralError {
  return new LittoralError('MQTT_PROTOCOL', `mqtt packet: ${what}; expected a packet of MQTT 3.1.1 or 5. The connection is closed and made again.`);
}
