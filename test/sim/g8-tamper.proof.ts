import { verifyBundle } from '../../engine/bundle/verify-bundle';
import { crypto } from '../engine/bundle/make-bundle';
import { Random } from '../oracle/random';
import type { Proof, ProofOptions, ProofResult } from './proof';
import { archiveVariants } from './tamper/archive-variants';
import { contentsVariants } from './tamper/contents-variants';
import { envelopeVariants } from './tamper/envelope-variants';
import { flipBytes } from './tamper/flips';
import { sameBytes } from './tamper/same-bytes';
import { makeSubject } from './tamper/subject';
import type { Subject } from './tamper/subject';
import { tamperWithAgent } from './tamper/through-agent';
import { trustSwaps } from './tamper/trust-variants';
import type { Variant } from './tamper/variant';

/** `agentEvery`: each how manyeth variant goes through a running agent too. */
const SCALES: Readonly<Record<ProofOptions['scale'], { readonly flips: number; readonly agentEvery: number; readonly endlessBytes: number }>> = {
  full: { flips: 100_000, agentEvery: 1, endlessBytes: 600 << 20 },
  small: { flips: 500, agentEvery: 12, endlessBytes: 0 }
};
/** What an agent may hold of a bundle that has no end: its cap twice, while the parts become one. */
const GROWTH_MB_MAX = 1_100;

/** Tampered bundles are refused by their reason, and what runs goes on. */
export const proof: Proof = {
  id: 'G8',
  title: 'tampered bundles, and the same bytes from every host',
  passLine: '≥ 60 tamper variants and 100,000 random byte flips: 100 % refused, each variant by its right reason, the running pipeline of an agent goes on and loses nothing; identical bytes from the browser, two versions of Node and three time zones.',
  async run({ scale, seed, log }: ProofOptions): Promise<ProofResult> {
    const { flips, agentEvery, endlessBytes } = SCALES[scale];
    const subject = await makeSubject();
    const variants = [...(await archiveVariants(subject)), ...(await envelopeVariants(subject)), ...(await contentsVariants(subject))];
    const refused = await judge(subject, variants);
    log(`${variants.length} variants`);
    const trust = await trustSwaps(subject);
    const flipped = await flipBytes(subject, flips, new Random(seed), log);
    const agent = await tamperWithAgent(subject, variants.filter((_, index) => index % agentEvery === 0), endlessBytes);
    log(`${agent.posted} variants through an agent`);
    const bytes = await sameBytes(scale, log);
    const distinct = new Set(bytes.hashes.values());
    const findings = [...refused, ...trust.findings, ...flipped.findings, ...agent.findings];
    if (distinct.size !== 1) findings.push(`The hosts do not make the same bytes: ${[...bytes.hashes].map(([host, sha256]) => `${host}: ${sha256}`).join('; ')}.`);
    if (agent.rssGrowthMb > GROWTH_MB_MAX) findings.push(`Agent: its memory grew by ${agent.rssGrowthMb} MB, expected at most ${GROWTH_MB_MAX}.`);
    return {
      ok: findings.length === 0,
      figures: { variants: variants.length, ...threats(variants), trustFileSwaps: trust.tried, flips, ...counted('flips refused as ', flipped.reasons), throughAgent: agent.posted, messagesMeanwhile: agent.processed, agentRssGrowthMb: agent.rssGrowthMb, hosts: [...bytes.hashes.keys()].join(', '), distinctBundles: distinct.size },
      findings,
      limits: [...bytes.limits, 'Whoever holds enough trusted keys can sign any release number below 2^53 (fast-forward): the keys then have to be rotated and the data folder of the agent begun anew.', 'Dates are compared with the clock of the machine: an attacker who sets it can freeze an agent on a release.']
    };
  }
};

async function judge(subject: Subject, variants: readonly Variant[]): Promise<string[]> {
  const findings: string[] = [];
  for (const { name, expected, bytes, trust, context } of variants) {
    const verdict = await verifyBundle(bytes, trust ?? subject.trust, { ...subject.context, ...context }, crypto);
    const seen = verdict.ok ? 'accepted' : verdict.reason;
    if (seen !== expected) findings.push(`${name}: ${seen}, expected ${expected}.`);
  }
  return findings;
}

function threats(variants: readonly Variant[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { threat } of variants) counts[`of them ${threat}`] = (counts[`of them ${threat}`] ?? 0) + 1;
  return counts;
}

function counted(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix}${name}`, count]));
}
