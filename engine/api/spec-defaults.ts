import type { FieldSpec } from '../operator/operator';

/** `given` with the defaults of `spec` for what is absent; fields given as undefined count as absent. */
export function withDefaults(spec: { readonly fields: readonly FieldSpec[] }, given: Readonly<Record<string, unknown>>, only?: readonly string[]): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const field of spec.fields) {
    if (field.default !== undefined && (only === undefined || only.includes(field.name))) config[field.name] = field.default;
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) config[name] = value;
  return config;
}
