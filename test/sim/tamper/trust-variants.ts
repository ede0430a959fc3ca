import { signEnvelope } from '../../../engine/bundle/dsse';
import type { Trust } from '../../../engine/bundle/trust';
import { signTrustUpdate, TRUST_PAYLOAD_TYPE, verifyTrustUpdate } from '../../../engine/bundle/trust-update';
import type { TrustUpdateReason } from '../../../engine/bundle/trust-update';
import { crypto, trustOf } from '../../engine/bundle/make-bundle';
import type { Subject } from './subject';

/** Tries to put other keys into the trust file, and says which were refused for the wrong reason, or not at all. */
export async function trustSwaps(subject: Subject): Promise<{ readonly tried: number; readonly findings: readonly string[] }> {
  const { keys, trust, envelope } = subject;
  const two = trustOf([keys.own, keys.second], 2);
  const document = (version: number): unknown => ({ version, threshold: 1, keys: [keys.foreign.entry] });
  const sign = (version: number, ...by: readonly (typeof keys.own)[]): Promise<Uint8Array> => signTrustUpdate(document(version), by.map(key => key.signer));
  const cases: readonly { readonly name: string; readonly expected: TrustUpdateReason; readonly update: Uint8Array; readonly current?: Trust }[] = [
    { name: 'a trust file that nobody signed', expected: 'ENVELOPE_INVALID', update: Buffer.from(JSON.stringify(document(2))) },
    { name: 'signed by the new key alone', expected: 'SIGNATURE_INVALID', update: await sign(2, keys.foreign) },
    { name: 'signed by nobody', expected: 'THRESHOLD_NOT_MET', update: await sign(2) },
    { name: 'one of two needed old keys', expected: 'THRESHOLD_NOT_MET', update: await sign(2, keys.own), current: two },
    { name: 'one old key and the new one', expected: 'THRESHOLD_NOT_MET', update: await sign(2, keys.own, keys.foreign), current: two },
    { name: 'an old key whose trust has ended', expected: 'KEY_EXPIRED', update: await sign(2, keys.expired) },
    { name: 'the same version', expected: 'TRUST_NOT_NEXT', update: await sign(1, keys.own) },
    { name: 'a version far ahead', expected: 'TRUST_NOT_NEXT', update: await sign(1_000, keys.own) },
    { name: 'the statement of a bundle in its place', expected: 'PAYLOAD_TYPE', update: envelope },
    { name: 'rightly signed, no trust file', expected: 'TRUST_INVALID', update: await signEnvelope(TRUST_PAYLOAD_TYPE, Buffer.from('{"version":2}'), [keys.own.signer]) },
    { name: 'rightly signed, a threshold that its keys cannot meet', expected: 'TRUST_INVALID', update: await signEnvelope(TRUST_PAYLOAD_TYPE, Buffer.from(JSON.stringify({ version: 2, threshold: 2, keys: [keys.own.entry] })), [keys.own.signer]) }
  ];
  const findings: string[] = [];
  for (const { name, expected, update, current = trust } of cases) {
    const verdict = await verifyTrustUpdate(update, current, Date.now(), crypto);
    const seen = verdict.ok ? 'accepted' : verdict.reason;
    if (seen !== expected) findings.push(`Trust file, ${name}: ${seen}, expected ${expected}.`);
  }
  return { tried: cases.length, findings };
}
