import { malformed } from './malformed';

/** Identifiers of the MQTT 5 properties that the agent uses (MQTT 5.0, §2.2.2.2). */
export const PropertyId = {
  sessionExpiryInterval: 0x11,
  serverKeepAlive: 0x13,
  receiveMaximum: 0x21,
  topicAliasMaximum: 0x22,
  topicAlias: 0x23,
  maximumQos: 0x24,
  retainAvailable: 0x25,
  userProperty: 0x26,
  maximumPacketSize: 0x27,
  sharedSubscriptionAvailable: 0x2a
} as const;

/** What the properties of a packet say, as far as the agent uses it. */
export interface Properties {
  /** Properties with a whole number as their value, by identifier. */
  readonly numbers: ReadonlyMap<number, number>;
  /** Names and values in the order of the packet; those beyond the limits are left out. */
  readonly userProperties: readonly (readonly [name: string, value: string])[];
}

type Form = 'byte' | 'twoBytes' | 'fourBytes' | 'variable' | 'bytes' | 'pair';

const FORMS = new Map<number, Form>([
  ...([0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a] as const).map(id => [id, 'byte'] as const),
  ...([0x13, 0x21, 0x22, 0x23] as const).map(id => [id, 'twoBytes'] as const),
  ...([0x02, 0x11, 0x18, 0x27] as const).map(id => [id, 'fourBytes'] as const),
  ...([0x0b] as const).map(id => [id, 'variable'] as const),
  ...([0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f] as const).map(id => [id, 'bytes'] as const),
  [0x26, 'pair']
]);

/** A publisher may add as many user properties as fit its packet; so many of them are kept, each name and value up to so many bytes. */
const USER_PROPERTIES_MAX = 32;
const USER_PROPERTY_BYTES_MAX = 1_024;
export const NO_PROPERTIES: Properties = { numbers: new Map(), userProperties: [] };

/** Position after the properties that begin at `start`, which may be beyond what there is of the packet. */
export function propertiesEnd(body: Buffer, start: number): number {
  const { value, end } = readVariable(body, start);
  return end + value;
}

/** The properties that begin at `start` with their length, and the position after them. Throws `MQTT_PROTOCOL`. */
export function readProperties(body: Buffer, start: number): { readonly properties: Properties; readonly end: number } {
  const { value: length, end: first } = readVariable(body, start);
  if (length === 0) return { properties: NO_PROPERTIES, end: first };
  const end = first + length;
  if (end > body.length) throw malformed('properties end after their packet');
  const numbers = new Map<number, number>();
  const userProperties: (readonly [string, string])[] = [];
  let at = first;
  while (at < end) {
    const id = body[at++] ?? 0;
    const form = FORMS.get(id);
    if (form === undefined) throw malformed(`unknown property 0x${id.toString(16)}`);
    if (form === 'pair') {
      const name = textAt(body, at, end);
      const value = textAt(body, name.end, end);
      at = value.end;
      const kept = userProperties.length < USER_PROPERTIES_MAX && name.bytes <= USER_PROPERTY_BYTES_MAX && value.bytes <= USER_PROPERTY_BYTES_MAX;
      if (kept) userProperties.push([name.text(), value.text()]);
    } else if (form === 'bytes') at = textAt(body, at, end).end;
    else {
      const number = numberAt(body, at, end, form);
      numbers.set(id, number.value);
      at = number.end;
    }
  }
  if (at > end) throw malformed('a property ends after the properties');
  return { properties: { numbers, userProperties }, end };
}

function numberAt(body: Buffer, at: number, end: number, form: Exclude<Form, 'bytes' | 'pair'>): { readonly value: number; readonly end: number } {
  if (form === 'variable') return readVariable(body, at);
  const bytes = form === 'byte' ? 1 : form === 'twoBytes' ? 2 : 4;
  if (at + bytes > end) throw malformed('a property ends after the properties');
  return { value: body.readUIntBE(at, bytes), end: at + bytes };
}

function textAt(body: Buffer, at: number, end: number): { readonly bytes: number; readonly end: number; text(): string } {
  const from = at + 2;
  const to = from <= end ? from + body.readUInt16BE(at) : Infinity;
  if (to > end) throw malformed('a property ends after the properties');
  return { bytes: to - from, end: to, text: () => body.toString('utf8', from, to) };
}

function readVariable(body: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let at = start;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = body[at++];
    if (byte === undefined) throw malformed('packet ends before its properties');
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at };
  }
  throw malformed('a length of more than 4 bytes');
}
