/** The operators of `plan/nodes/shaping.ts` by name. */
export const shapingSpecs = {} as const;
