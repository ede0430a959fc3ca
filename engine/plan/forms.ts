import type { TextForm } from './json-reader';

/** Ids and names that appear in metrics, file names and rows. */
export const nameForm: TextForm = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/u,
  expected: 'letters, digits, "-", "_" and ".", beginning with a letter or digit'
};

/** Inputs of nodes: an id, or an id and one of its side outputs. */
export const inputForm: TextForm = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*(?:#[A-Za-z0-9]+)?$/u,
  expected: 'the id of a node, or "id#name" for one of its side outputs'
};

/** Column names: anything printable except braces, which stand for columns in topics. */
export const columnForm: TextForm = {
  pattern: /^(?!__proto__$)[^\p{Cc}\p{Cs}{}]+$/u,
  expected: 'printable characters without "{" and "}"'
};

/** Names of connections: anything printable. */
export const connectionForm: TextForm = {
  pattern: /^[^\p{Cc}\p{Cs}]+$/u,
  expected: 'printable characters; a connection has a name, its address and secrets stay with the host'
};

/** MQTT 5 §4.7: `+` is a whole level, `#` the whole last level, no U+0000. */
export const topicFilterForm: TextForm = {
  pattern: /^(?:(?:\+|[^+#\p{Cc}\p{Cs}/]*)\/)*(?:\+|#|[^+#\p{Cc}\p{Cs}/]*)$/u,
  expected: 'an MQTT topic filter, where "+" is a whole level and "#" the whole last level, e.g. "plant/+/vibration"'
};

/** A topic to publish to, with `{column}` placeholders. */
export const topicTemplateForm: TextForm = {
  pattern: /^(?!\$)(?:[^+#\p{Cc}\p{Cs}{}]|\{[^+#\p{Cc}\p{Cs}{}/]+\})+$/u,
  expected: 'an MQTT topic without "+" and "#", with columns in braces, e.g. "alerts/{device}"'
};

/** A model beside the plan: a file name, never a path. */
export const modelForm: TextForm = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*\.onnx$/u,
  expected: 'the name of an .onnx file without folders'
};

/** A path below an address or a folder, with `{column}` placeholders: no empty level, none of dots alone. */
export const pathTemplateForm: TextForm = {
  pattern: /^(?!\/)(?!.*\/\/)(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[^?#%\\\p{Cc}\p{Cs}{}]|\{[^\p{Cc}\p{Cs}{}/]+\})+$/u,
  expected: 'a path that begins without "/" and has no "..", with columns in braces, e.g. "alerts/{device}"'
};

/** How file names end. */
export const suffixForm: TextForm = {
  pattern: /^[^/\\\p{Cc}\p{Cs}]+$/u,
  expected: 'the end of file names, e.g. ".csv"'
};

/** Names of StatsD metrics. */
export const metricForm: TextForm = {
  pattern: /^[A-Za-z][A-Za-z0-9_.-]*$/u,
  expected: 'letters, digits, "_", "-" and ".", beginning with a letter'
};
