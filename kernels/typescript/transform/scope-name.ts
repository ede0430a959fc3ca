/**
 * Names that the cell transform puts into user code. A top-level variable `threshold` of a notebook becomes the property
 * `$notebook.threshold`, so the text of an arrow function that mentions it (`Function.prototype.toString`) holds one of
 *
 *   r => r.score > $notebook.threshold        a variable of the notebook
 *   r => (0, $notebook.limit)(r.score)        a call of a function of the notebook
 *   r => $notebook.abs(r.score)               a call of an imported function
 *
 * A parser of such text can name the variable and advise a parameter: `(r, p) => r.score > p.threshold, { threshold }`.
 * Globals of the language (`Math`, `Number`, …) keep their plain names unless the notebook declares the name itself.
 */
export const SCOPE_NAME = '$notebook';

/** The kernel's helpers in transformed code; never inside synchronous arrow functions. */
export const HELPER_NAME = '$kernel';
