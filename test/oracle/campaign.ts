import { sandboxCampaign } from '../engine/expression/sandbox-campaign';
import { checkCase, findingText } from './check-case';

/** What one part of a campaign did. */
export interface CampaignPart {
  readonly name: string;
  readonly cases: number;
  /** Texts of findings; none is what we want. */
  readonly findings: readonly string[];
}

const FINDINGS_MAX = 5;

/** Checks random plans on random streams against the oracle, seeds `seed`, `seed + 1`, …, until `untilMs` by `nowMs`. */
export function planCampaign(seed: number, untilMs: number, nowMs: () => number, progress: (cases: number) => void): CampaignPart {
  const findings: string[] = [];
  let cases = 0;
  while (nowMs() < untilMs && findings.length < FINDINGS_MAX) {
    const finding = checkCase(seed + cases);
    if (finding !== null) findings.push(findingText(finding));
    cases += 1;
    if (cases % 500 === 0) progress(cases);
  }
  return { name: 'random plans on random streams: rows and counts of the oracle, any cut of the inputs, snapshot anywhere', cases, findings };
}

const TREES_PER_ROUND = 20_000;

/** Tries to get out of the language of expressions with random syntax trees and random JSON. */
export function expressionCampaign(seed: number, untilMs: number, nowMs: () => number, progress: (cases: number) => void): CampaignPart {
  const findings: string[] = [];
  let cases = 0;
  for (let round = 0; nowMs() < untilMs && findings.length === 0; round++) {
    findings.push(...sandboxCampaign({ count: TREES_PER_ROUND, seed: seed + round }).findings);
    cases += TREES_PER_ROUND;
    progress(cases);
  }
  return { name: 'random expressions, hostile ones among them: refused or computed, nothing read but the declared columns', cases, findings };
}
