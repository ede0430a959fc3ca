/** The operators of `plan/nodes/stateful.ts` by name. */
export const statefulSpecs = {} as const;
