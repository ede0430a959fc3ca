import { parseTrust } from '../../engine/bundle/trust';
import type { Trust } from '../../engine/bundle/trust';
import type { BundleSigner } from '../../engine/bundle/crypto';
import { instantText } from '../../engine/bundle/instant';
import { signTrustUpdate, verifyTrustUpdate } from '../../engine/bundle/trust-update';
import { nodeCrypto, nodeSigner } from '../host/bundle-crypto';
import { readFileBytes, writeWholeFile } from '../host/files';
import { readSigningKey } from '../host/signing-key';
import { nextTrustDocument, readTrustDocument } from '../host/trust-file';
import { UsageError } from './verb';
import type { Call, Outcome, Verb } from './verb';
import { tableWords } from './words';

/** `littoral trust`: whose bundles a machine runs, and how that changes. */
export const trust: Verb = {
  name: 'trust',
  operands: '<show|rotate|accept> [<update>] --trust FILE',
  operandCount: { min: 1, max: 2 },
  summary: 'show the trusted keys of a machine, sign a change of them, accept one',
  details: `show    lists the keys of the trust file.
rotate  writes the next version of the trust file (--add, --remove, --threshold) as an update, signed with --key: as many of
        the keys in the trust file as its threshold asks for. The trust file itself is not changed.
accept  on the machine: replaces the trust file by an update when enough of the keys in it have signed that, and it is exactly
        one version newer. A running agent asks the new keys from the next bundle on.`,
  options: [
    { name: 'trust', value: 'FILE', required: true, doc: 'the trust file' },
    { name: 'key', value: 'KEY', multiple: true, doc: 'rotate: a private key of the trust file' },
    { name: 'add', value: 'FILE', multiple: true, doc: 'rotate: another trust file (see keygen), whose keys are added' },
    { name: 'remove', value: 'KEYID', multiple: true, doc: 'rotate: first letters of the id of a key that is trusted no longer' },
    { name: 'threshold', value: 'N', doc: 'rotate: how many keys must sign a bundle from now on' },
    { name: 'output', short: 'o', value: 'FILE', doc: 'rotate: the update; default: trust-<version>.dsse.json' }
  ],
  example: 'littoral trust show --trust .littoral/trust.json',
  async run(call) {
    const [action, update] = call.operands;
    if (action === 'show' && update === undefined) return showOutcome(await readTrust(call));
    if (action === 'rotate' && update === undefined) return rotate(call);
    if (action === 'accept' && update !== undefined) return accept(call, update);
    throw new UsageError('littoral trust: expected "show", "rotate" or "accept <update>"; see `littoral trust --help`');
  }
};

async function readTrust(call: Call): Promise<Trust> {
  return parseTrust(await readFileBytes(call.required('trust'), 'key'));
}

async function rotate(call: Call): Promise<Outcome> {
  const current = await readTrust(call);
  const added = await Promise.all(call.texts('add').map(file => readTrustDocument(file)));
  const change = { add: added.flatMap(document => document.keys), remove: call.texts('remove'), threshold: call.wholeNumber('threshold', 1) };
  const document = nextTrustDocument(await readTrustDocument(call.required('trust')), change);
  const signers: BundleSigner[] = [];
  for (const file of call.texts('key')) signers.push(await nodeSigner(await readSigningKey(file)));
  const bytes = await signTrustUpdate(document, signers);
  const verdict = await verifyTrustUpdate(bytes, current, Date.now(), nodeCrypto());
  if (!verdict.ok) return refusedOutcome(verdict.reason, `${verdict.detail}; give --key for more of the keys in "${call.required('trust')}"`);
  const output = call.text('output') ?? `trust-${document.version}.dsse.json`;
  await writeWholeFile(output, bytes);
  return {
    ok: true,
    document: { ok: true, output, version: document.version, threshold: document.threshold, keyids: verdict.trust.keys.map(key => key.keyid) },
    words: [...keyWords(verdict.trust), `written to ${output}; on each machine: littoral trust accept ${output} --trust FILE`]
  };
}

async function accept(call: Call, update: string): Promise<Outcome> {
  const current = await readTrust(call);
  const verdict = await verifyTrustUpdate(await readFileBytes(update, 'key'), current, Date.now(), nodeCrypto());
  if (!verdict.ok) return refusedOutcome(verdict.reason, `${verdict.detail}; the trust file stays as it is`);
  await writeWholeFile(call.required('trust'), verdict.bytes);
  const { version, threshold, keys } = verdict.trust;
  return { ok: true, document: { ok: true, version, threshold, keyids: keys.map(key => key.keyid), signedBy: verdict.keyids }, words: [`accepted: version ${version} replaces version ${current.version}`, ...keyWords(verdict.trust)] };
}

function refusedOutcome(reason: string, detail: string): Outcome {
  return { ok: false, document: { ok: false, reason, detail }, words: [`refused: ${detail} (${reason})`] };
}

function showOutcome(of: Trust): Outcome {
  const { version, threshold, keys } = of;
  return { ok: true, document: { ok: true, version, threshold, keys: keys.map(({ keyid, notAfterMs }) => ({ keyid, notAfter: notAfterMs === null ? null : instantText(notAfterMs) })) }, words: keyWords(of) };
}

function keyWords({ version, threshold, keys }: Trust): string[] {
  const rows = keys.map(({ keyid, notAfterMs }) => [`  ${keyid}`, notAfterMs === null ? 'for ever' : `until ${instantText(notAfterMs)}`]);
  return [`trust file, version ${version}: ${threshold} of ${keys.length} keys must sign`, ...tableWords(rows)];
}
