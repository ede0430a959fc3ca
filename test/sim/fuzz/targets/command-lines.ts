import { LittoralError } from '../../../../engine/error';
import { asksForHelp, parseCall } from '../../../../edge/cli/parse-call';
import { UsageError } from '../../../../edge/cli/verb';
import { VERBS } from '../../../../edge/cli/verbs';
import { brokerAddress } from '../../../../edge/mqtt/broker-settings';
import type { FuzzTarget } from '../target';

const SEPARATOR = '\u0000';
const terminal = { say: () => undefined, progress: () => undefined };

/** Arguments of every verb, and addresses of brokers: usage errors, never another. */
export function commandLines(): FuzzTarget {
  const lines = VERBS.map(({ name, example }) => [name, ...example.split(' ').slice(2)].join(SEPARATOR));
  const options = VERBS.flatMap(verb => verb.options.map(({ name }) => `--${name}`));
  return {
    seeds: lines.map(line => Buffer.from(line)),
    words: [...options, '--', '-', '=', SEPARATOR, '--json', '--help', '99999999999999999999', '-1', 'mqtt://user:pw@h:70000', 'mqtts://[::1]:8883', '%00'].map(word => Buffer.from(word)),
    take(input) {
      const [name = '', ...args] = Buffer.from(input).toString('utf8').split(SEPARATOR);
      try {
        for (const arg of args) if (arg.includes('://')) brokerAddress({ url: arg });
      } catch (error) {
        if (!(error instanceof LittoralError)) throw error;
      }
      const verb = VERBS.find(each => each.name === name);
      if (verb === undefined) return 'no such verb';
      if (asksForHelp(args)) return 'help';
      try {
        parseCall(verb, args, terminal);
        return 'call';
      } catch (error) {
        if (error instanceof UsageError) return 'usage';
        throw error;
      }
    }
  };
}
