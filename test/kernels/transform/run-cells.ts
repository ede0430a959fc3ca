import type { BindingKind } from '../../../kernels/typescript/transform/bindings';
import { compileCell } from '../../../kernels/typescript/transform/compile';
import { createScope } from '../../../kernels/typescript/runtime/scope';

type CellFunction = (scope: object, helper: object) => Promise<{ value: unknown } | undefined>;

/** Compiles and runs cells one after the other on one scope; gives the value of each, or the error it threw. */
export async function runCells(cells: readonly string[]): Promise<unknown[]> {
  const scope = createScope({ globals: globalThis });
  const known = new Map<string, BindingKind>();
  const values: unknown[] = [];
  for (const [index, source] of cells.entries()) {
    const compiled = compileCell({ source, sourceName: `cell-${index + 1}`, known });
    for (const [name, kind] of compiled.declared) known.set(name, kind);
    scope.declare(compiled.declared.flatMap(([name, kind]) => (kind === 'implicit' ? [] : [name])));
    const evaluate = eval;
    const body = evaluate(compiled.code) as CellFunction;
    const outcome = await body(scope.object, {
      back: (_context: unknown, value: unknown) => value,
      now: () => null,
      each: (iterable: unknown) => iterable,
      constant: scope.constant,
      meta: { url: `cell-${index + 1}` },
      use: (specifier: string, names: readonly (readonly [string, string])[]) => {
        for (const [imported, local] of names) Reflect.set(scope.object, local, `${specifier}.${imported}`);
      }
    }).catch((error: unknown) => ({ value: error }));
    values.push(outcome?.value);
  }
  return values;
}
