import { pae, signEnvelope } from '../../../engine/bundle/dsse';
import { PAYLOAD_TYPE, statementBytes } from '../../../engine/bundle/statement';
import type { BundleStatement } from '../../../engine/bundle/statement';
import { signTrustUpdate } from '../../../engine/bundle/trust-update';
import { trustOf } from '../../engine/bundle/make-bundle';
import type { TestKey } from '../../engine/bundle/make-bundle';
import { partsOf } from './subject';
import type { Subject } from './subject';
import type { MakeVariants, Variant } from './variant';

interface EnvelopeJson {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value)}\n`);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Order of the group of Ed25519, little-endian: adding it to S of a signature gives another that careless verifiers take (RFC 8032 §8.4). */
const GROUP_ORDER = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex');

/** Changes of the envelope: who signed, what, and how it is written. */
export const envelopeVariants: MakeVariants = async subject => [...(await signatures(subject)), ...fieldFlips(subject), ...shapes(subject), ...(await thresholds(subject)), ...(await otherPayloads(subject))];

function parsed(subject: Subject): EnvelopeJson {
  return JSON.parse(Buffer.from(subject.envelope).toString('utf8')) as EnvelopeJson;
}

async function signatures(subject: Subject): Promise<readonly Variant[]> {
  const { keys, zip, packed } = subject;
  const envelope = parsed(subject);
  const own = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
  const signedWith = (name: string, sig: Uint8Array): Variant => ({
    name,
    threat: 'arbitrary installation',
    expected: 'SIGNATURE_INVALID',
    bytes: packed(zip, json({ ...envelope, signatures: [{ keyid: keys.own.signer.keyid, sig: base64(sig) }] }))
  });
  const payload = Buffer.from(envelope.payload, 'base64');
  const foreign = await subject.envelopeOf(zip, {}, [keys.foreign]);
  const lie = JSON.parse(Buffer.from(foreign).toString('utf8')) as EnvelopeJson;
  return [
    { name: 'signed with another key', threat: 'arbitrary installation', expected: 'SIGNATURE_INVALID', bytes: packed(zip, foreign) },
    { name: 'another key under the id of a trusted one', threat: 'arbitrary installation', expected: 'SIGNATURE_INVALID', bytes: packed(zip, json({ ...lie, signatures: lie.signatures.map(({ sig }) => ({ keyid: keys.own.signer.keyid, sig })) })) },
    signedWith('signature over the payload without its type', await keys.own.signer.sign(payload)),
    signedWith('signature over another type', await keys.own.signer.sign(pae('text/plain', payload))),
    signedWith('signature of zeros', new Uint8Array(64)),
    signedWith('signature cut by a byte', own.subarray(0, 63)),
    signedWith('signature with the group order added', Buffer.concat([own.subarray(0, 32), sum(own.subarray(32), GROUP_ORDER)])),
    { name: 'payload type exchanged, not signed again', threat: 'arbitrary installation', expected: 'SIGNATURE_INVALID', bytes: packed(zip, json({ ...envelope, payloadType: 'text/plain' })) }
  ];
}

/** One bit of each field of the signed statement, with the old signature. */
function fieldFlips(subject: Subject): readonly Variant[] {
  const { zip, packed, verified } = subject;
  const envelope = parsed(subject);
  const text = Buffer.from(envelope.payload, 'base64').toString('utf8');
  const { sha256, pipelineId, planSha256, minAgent, notBefore, expires, targets } = verified.statement;
  const fields: Readonly<Record<string, string>> = { digest: sha256, pipelineId, planSha256, minAgent, notBefore, expires, targets: targets[0] ?? '', release: `"release": ${verified.statement.release}`, predicateType: 'https://littoral.dev/bundle/v1', subject: verified.statement.subjectName };
  return Object.entries(fields).map(([field, value]) => {
    const at = text.indexOf(value) + value.length - 1;
    const bytes = Buffer.from(text);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return { name: `one bit of "${field}" of the statement`, threat: 'damage', expected: 'SIGNATURE_INVALID', bytes: packed(zip, json({ ...envelope, payload: base64(bytes) })) };
  });
}

function shapes(subject: Subject): readonly Variant[] {
  const { zip, packed } = subject;
  const { payload, payloadType, signatures: list } = parsed(subject);
  const shape = (name: string, value: Uint8Array, threat: Variant['threat'] = 'damage'): Variant => ({ name: `envelope: ${name}`, threat, expected: 'ENVELOPE_INVALID', bytes: packed(zip, value) });
  return [
    shape('no JSON', Buffer.from('{"payload":')),
    shape('no UTF-8', Uint8Array.of(0xff, 0xfe)),
    shape('a list', json([payload])),
    shape('payload missing', json({ payloadType, signatures: list })),
    shape('payload no base64', json({ payload: '%%%', payloadType, signatures: list })),
    shape('type missing', json({ payload, signatures: list })),
    shape('signatures no list', json({ payload, payloadType, signatures: {} })),
    shape('signature no base64', json({ payload, payloadType, signatures: [{ sig: 7 }] })),
    shape('a thousand signatures', json({ payload, payloadType, signatures: Array.from({ length: 1_000 }, () => list[0]) }), 'endless data'),
    shape('nested 50 000 deep', Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), 'endless data')
  ];
}

async function thresholds(subject: Subject): Promise<readonly Variant[]> {
  const { keys, zip, packed } = subject;
  const two = trustOf([keys.own, keys.second], 2);
  const by = async (name: string, signers: readonly TestKey[], expected: Variant['expected'], trust?: Variant['trust']): Promise<Variant> => ({ name, threat: 'key compromise', expected, bytes: packed(zip, await subject.envelopeOf(zip, {}, signers)), ...(trust === undefined ? {} : { trust }) });
  return [
    await by('no signature', [], 'THRESHOLD_NOT_MET'),
    await by('one of two needed keys', [keys.own], 'THRESHOLD_NOT_MET', two),
    await by('one of two needed keys, twice', [keys.own, keys.own], 'THRESHOLD_NOT_MET', two),
    await by('one of two needed keys and a stranger', [keys.own, keys.foreign], 'THRESHOLD_NOT_MET', two),
    await by('a key whose trust has ended', [keys.expired], 'KEY_EXPIRED'),
    await by('a key that was taken out of the trust file', [keys.own], 'SIGNATURE_INVALID', trustOf([keys.second]))
  ];
}

/** What was signed with the right key and yet is not a statement about this bundle. */
async function otherPayloads(subject: Subject): Promise<readonly Variant[]> {
  const { keys, zip, packed, verified } = subject;
  const signed = (type: string, payload: Uint8Array): Promise<Uint8Array> => signEnvelope(type, payload, [keys.own.signer]);
  const statement = statementBytes(verified.statement);
  const update = await signTrustUpdate({ version: 2, threshold: 1, keys: [keys.foreign.entry] }, [keys.own.signer]);
  const older = await subject.release(4);
  const next = await subject.release(7);
  const changed = async (name: string, changes: Partial<BundleStatement>): Promise<Variant> => ({ name: `statement: ${name}`, threat: 'arbitrary installation', expected: 'STATEMENT_INVALID', bytes: packed(zip, await subject.envelopeOf(zip, changes)) });
  const replaced = async (name: string, from: string, to: string): Promise<Variant> => ({ name: `statement: ${name}`, threat: 'arbitrary installation', expected: 'STATEMENT_INVALID', bytes: packed(zip, await signed(PAYLOAD_TYPE, Buffer.from(Buffer.from(statement).toString('utf8').replace(from, to)))) });
  return [
    { name: 'another payload type, rightly signed', threat: 'mix-and-match', expected: 'PAYLOAD_TYPE', bytes: packed(zip, await signed('text/plain', statement)) },
    { name: 'a change of the trust file in place of a statement', threat: 'mix-and-match', expected: 'PAYLOAD_TYPE', bytes: packed(zip, update) },
    { name: 'statement of an older release', threat: 'mix-and-match', expected: 'DIGEST_MISMATCH', bytes: packed(zip, partsOf(older.bytes).envelope) },
    { name: 'contents of an older release', threat: 'mix-and-match', expected: 'DIGEST_MISMATCH', bytes: packed(partsOf(older.bytes).zip, subject.envelope) },
    { name: 'contents of the next release', threat: 'mix-and-match', expected: 'DIGEST_MISMATCH', bytes: packed(partsOf(next.bytes).zip, subject.envelope) },
    await changed('release 0', { release: 0 }),
    await changed('release -1', { release: -1 }),
    await changed('release 1.5', { release: 1.5 }),
    { ...(await changed('release 2^53, after which none is higher', { release: 2 ** 53 })), threat: 'fast-forward' },
    await changed('date without zone', { expires: '2099-01-01T00:00:00' }),
    await changed('31 February', { notBefore: '2026-02-31T00:00:00Z' }),
    await changed('version in words', { minAgent: 'newest' }),
    await changed('short digest', { planSha256: 'ab' }),
    await changed('digest in capitals', { sha256: verified.statement.sha256.toUpperCase() }),
    await replaced('release as text', '"release": 6', '"release": "6"'),
    await replaced('of another kind', 'https://littoral.dev/bundle/v1', 'https://slsa.dev/provenance/v1'),
    await replaced('of another version of in-toto', 'Statement/v1', 'Statement/v0.1'),
    await replaced('targets as text', '"targets": [\n      "site-a/*"\n    ]', '"targets": "*"')
  ];
}

/** Sum of two numbers of 32 bytes, little-endian. */
function sum(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(32);
  let carry = 0;
  for (let i = 0; i < 32; i++) {
    carry += (a[i] ?? 0) + (b[i] ?? 0);
    result[i] = carry & 255;
    carry >>>= 8;
  }
  return result;
}
