import { readTrustDocument, writeTrustedKey } from '../host/trust-file';
import { generateSigningKey, keyIdOfJwk, writeSigningKey } from '../host/signing-key';
import { yearsFromNow } from '../host/expiry';
import { dateOption } from './date-option';
import type { Verb } from './verb';

const YEARS_DEFAULT = 2;

/** `littoral keygen`: a signing key and its trust file. */
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
    const notAfter = dateOption('keygen', 'expires', call.text('expires')) ?? yearsFromNow(YEARS_DEFAULT);
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
