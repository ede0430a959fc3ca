import { readTrustDocument, writeTrustedKey } from '../host/trust-file';
import { generateSigningKey, keyIdOfJwk, writeSigningKey } from '../host/signing-key';
import { UsageError } from './verb';
import type { Verb } from './verb';

const YEARS_DEFAULT = 2;

export const keygen: Verb = {
  name: 'keygen',
  operands: '--key FILE --trust FILE',
  operandCount: { min: 0, max: 0 },
  summary: 'make a signing key and the trust file that goes to the agents',
  details: `Makes an Ed25519 key pair. The private key is written as a JWK that only its owner may read (mode 0600) and never
overwritten. The public key goes into the trust file: a new one, or one version more of the one that is there.`,
  options: [
    { name: 'key', value: 'FILE', required: true, doc: 'where the private key goes' },
    { name: 'trust', value: 'FILE', required: true, doc: 'where the public key goes' },
    { name: 'expires', value: 'ISO', doc: `end of trust in this key; default: ${YEARS_DEFAULT} years from now` }
  ],
  example: 'littoral keygen --key .littoral/site.key --trust .littoral/trust.json',
  async run(call) {
    const notAfter = instantOption('keygen', call.text('expires')) ?? yearsFromNow(YEARS_DEFAULT);
    const [keyFile, trustFile] = [call.required('key'), call.required('trust')];
    const trust = await readTrustDocument(trustFile);
    const key = await generateSigningKey();
    await writeSigningKey(keyFile, key);
    const version = await writeTrustedKey(trustFile, trust, key, notAfter);
    const keyid = keyIdOfJwk(key);
    return {
      ok: true,
      document: { ok: true, key: keyFile, trust: trustFile, keyid, version, notAfter },
      words: [`private key: ${keyFile} (keep it; it is the only copy)`, `trust file:  ${trustFile}, version ${version}, key ${keyid.slice(0, 16)}… until ${notAfter}`]
    };
  }
};

/** An ISO instant as the whole-second UTC form of bundle statements; anything else is wrong usage. */
export function instantOption(verb: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError(`littoral ${verb}: --expires "${text}" is not an ISO date such as 2027-01-31 or 2027-01-31T00:00:00Z`);
  return wholeSeconds(time);
}

/** The same day and time, `years` from now. */
export function yearsFromNow(years: number): string {
  const date = new Date();
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return wholeSeconds(date.getTime());
}

function wholeSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
