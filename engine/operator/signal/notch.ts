import { NOTCH_FREQUENCY, NOTCH_QUALITY } from '../../aggregate/filter-design';
import type { NotchNode } from '../../plan/nodes/signal';
import { notch as design } from '../../signal/notch';
import type { Section } from '../../signal/sections';
import { onlyInput } from '../only-input';
import type { OperatorSpec } from '../operator';
import { CARRIED_DOC, CARRIED_DROPS, CARRIED_FIELDS, CARRIED_MEMORY, carriedFilter, designedFilter, filteredType } from './carried-filter';

type NotchConfig = NotchNode['config'];

/** A notch filter whose state goes on from row to row. */
export const notch: OperatorSpec<NotchConfig> = {
  op: 'notch',
  doc: `Adds a column without one frequency, for example 50 Hz of the mains (scipy.signal.iirnotch). ${CARRIED_DOC}`,
  fields: [...CARRIED_FIELDS, NOTCH_FREQUENCY, NOTCH_QUALITY],
  drops: CARRIED_DROPS,
  memory: CARRIED_MEMORY,
  resolve(config, inputs, path) {
    sectionsOf(config, path);
    return filteredType(config, onlyInput(inputs, 'notch', path), 'notch', path);
  },
  create(config, inputs, node) {
    return carriedFilter(config, sectionsOf(config, node), onlyInput(inputs, 'notch', node), { op: 'notch', node });
  }
};

function sectionsOf(config: NotchConfig, path: string): readonly Section[] {
  return designedFilter('notch', path, () => [design(config)]);
}
