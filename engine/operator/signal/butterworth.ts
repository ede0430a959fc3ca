import { BUTTERWORTH_KIND, BUTTERWORTH_ORDER } from '../../aggregate/filter-design';
import type { ButterworthNode } from '../../plan/nodes/signal';
import { butterworth as design } from '../../signal/butterworth';
import type { Section } from '../../signal/sections';
import { onlyInput } from '../only-input';
import type { OperatorSpec } from '../operator';
import { CARRIED_DOC, CARRIED_DROPS, CARRIED_FIELDS, CARRIED_MEMORY, carriedFilter, designedFilter, filteredType } from './carried-filter';

type ButterworthConfig = ButterworthNode['config'];

/** A Butterworth filter whose state goes on from row to row. */
export const butterworth: OperatorSpec<ButterworthConfig> = {
  op: 'butterworth',
  doc: `Adds a column filtered by a Butterworth filter (scipy.signal.butter, second-order sections). ${CARRIED_DOC}`,
  fields: [...CARRIED_FIELDS, BUTTERWORTH_KIND, BUTTERWORTH_ORDER, { name: 'edgesHz', type: 'number[]', unit: 'Hz', doc: 'Where the filter has -3 dB: one frequency for lowpass and highpass, two ascending ones for bands; above 0 and below sampleHz / 2.' }],
  drops: CARRIED_DROPS,
  memory: CARRIED_MEMORY,
  resolve(config, inputs, path) {
    sectionsOf(config, path);
    return filteredType(config, onlyInput(inputs, 'butterworth', path), 'butterworth', path);
  },
  create(config, inputs, node) {
    return carriedFilter(config, sectionsOf(config, node), onlyInput(inputs, 'butterworth', node), { op: 'butterworth', node });
  }
};

function sectionsOf({ order, kind, edgesHz, sampleHz }: ButterworthConfig, path: string): readonly Section[] {
  return designedFilter('butterworth', path, () => design({ order, kind, edgesHz, sampleHz }));
}
