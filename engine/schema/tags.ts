import type { Classification, Field, FieldTags } from './schema';

/** From the least to the most confidential. */
export const CLASSIFICATIONS: readonly Classification[] = ['public', 'internal', 'confidential', 'pii', 'secret'];

/** Origins that a column names; further ones are left out. */
export const LINEAGE_MAX = 64;

/**
 * The tags of a column computed from `inputs`, to be spread into its field: the strictest classification, all origins, and the
 * encryption of the first input that has one, so that what is computed from a protected column is protected as well.
 */
export function derivedTags(inputs: readonly (Field | undefined)[]): { readonly tags?: FieldTags } {
  const tags = inputs.flatMap(field => (field?.tags === undefined ? [] : [field.tags]));
  if (tags.length === 0) return {};
  const rank = Math.max(...tags.map(({ classification }) => (classification === undefined ? -1 : CLASSIFICATIONS.indexOf(classification))));
  const classification = CLASSIFICATIONS[rank];
  const lineage = [...new Set(tags.flatMap(each => each.lineage ?? []))].slice(0, LINEAGE_MAX);
  const encryption = tags.find(each => each.encryption !== undefined)?.encryption;
  return {
    tags: {
      ...(classification === undefined ? {} : { classification }),
      ...(lineage.length === 0 ? {} : { lineage }),
      ...(encryption === undefined ? {} : { encryption })
    }
  };
}
