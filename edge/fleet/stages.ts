import { LittoralError } from '../../engine/error';

/**
 * How many of `total` agents have the bundle after each stage of `text`, such as `1,10%,100%`: numbers of agents or shares
 * of all, rounded up, each at least as many as before. Throws `STAGES`.
 */
export function parseStages(text: string, total: number): readonly number[] {
  const counts: number[] = [];
  for (const part of text.split(',').map(each => each.trim())) {
    const match = /^(\d{1,6})(%?)$/.exec(part);
    const value = Number(match?.[1]);
    if (match === null || value === 0 || (match[2] === '%' && value > 100)) throw new LittoralError('STAGES', `stages "${text}": "${part}" is none; expected numbers of agents or shares, such as 1,10%,100%. Correct --stages.`);
    const count = Math.min(total, match[2] === '%' ? Math.ceil((total * value) / 100) : value);
    if (count > (counts.at(-1) ?? 0)) counts.push(count);
    else if (count < (counts.at(-1) ?? 0)) throw new LittoralError('STAGES', `stages "${text}": "${part}" is less than the stage before it; expected rising stages, such as 1,10%,100%. Correct --stages.`);
  }
  return counts;
}

/** Whether an agent with `labels` is meant by `selectors` (`label=value`, all must hold). Throws `SELECTOR`. */
export function isSelected(labels: Readonly<Record<string, string>>, selectors: readonly string[]): boolean {
  return selectors.every(selector => {
    const equals = selector.indexOf('=');
    if (equals < 1) throw new LittoralError('SELECTOR', `selector "${selector}": expected label=value, such as site=north. Correct --select.`);
    return Object.hasOwn(labels, selector.slice(0, equals)) && labels[selector.slice(0, equals)] === selector.slice(equals + 1);
  });
}
