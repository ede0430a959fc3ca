import { udpSender } from '../env/udp-sender';
import { decodeEffects } from './effect-codec';
import { SerialSink, TryAgain, type DrainOptions } from './serial-sink';

/** Bytes of a datagram that pass most networks in one piece. */
const DATAGRAM_BYTES_MAX = 1_432;
const LINE_END = Buffer.from('\n');

/** Sends metrics by UDP: at most once, because nobody confirms them. A kill between sending and deleting sends them twice. */
export function statsdSink(options: DrainOptions, address: { readonly host: string; readonly port: number }): SerialSink {
  const sender = udpSender(address, error => options.log(`sink "${options.key}": ${error.message}`));
  return new SerialSink(
    options,
    async (row, settle) => {
      for (const datagram of packed(decodeEffects(row.body).map(effect => effect.payload))) await send(datagram);
      await settle(() => undefined);
    },
    () => sender.close()
  );

  async function send(datagram: Uint8Array): Promise<void> {
    try {
      await sender.send(datagram);
    } catch (error) {
      throw new TryAgain(`StatsD server ${address.host}:${address.port} cannot be sent to (${error instanceof Error ? error.message : String(error)}); expected its address. Correct the connection.`);
    }
  }
}

/** `lines` in as few datagrams as there can be. */
function packed(lines: readonly Uint8Array[]): readonly Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (open.length > 0 && bytes + line.length + 1 > DATAGRAM_BYTES_MAX) {
      datagrams.push(Buffer.concat(open));
      open = [];
      bytes = 0;
    }
    open.push(...(open.length === 0 ? [line] : [LINE_END, line]));
    bytes += line.length + 1;
  }
  return open.length === 0 ? datagrams : [...datagrams, Buffer.concat(open)];
}
