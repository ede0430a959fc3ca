import ts from 'typescript';
import type { Problem, SignatureHelp } from '../language-port';
import type { MimeBundle } from '../ports';

/** TypeScript's answers in our own terms. */

const KINDS: Readonly<Record<string, string>> = {
  [ts.ScriptElementKind.memberFunctionElement]: 'method',
  [ts.ScriptElementKind.constructSignatureElement]: 'method',
  [ts.ScriptElementKind.functionElement]: 'function',
  [ts.ScriptElementKind.localFunctionElement]: 'function',
  [ts.ScriptElementKind.memberVariableElement]: 'property',
  [ts.ScriptElementKind.memberGetAccessorElement]: 'property',
  [ts.ScriptElementKind.memberSetAccessorElement]: 'property',
  [ts.ScriptElementKind.classElement]: 'class',
  [ts.ScriptElementKind.interfaceElement]: 'interface',
  [ts.ScriptElementKind.typeElement]: 'type',
  [ts.ScriptElementKind.enumElement]: 'enum',
  [ts.ScriptElementKind.enumMemberElement]: 'enum-member',
  [ts.ScriptElementKind.keyword]: 'keyword',
  [ts.ScriptElementKind.moduleElement]: 'module',
  [ts.ScriptElementKind.string]: 'text'
};

export function completionType(kind: string): string {
  return KINDS[kind] ?? 'variable';
}

/** Markdown for a hover: the type as code, then the documentation and its tags. */
export function quickInfoMarkdown(info: ts.QuickInfo): string {
  const tags = (info.tags ?? []).map(tag => `*@${tag.name}* ${ts.displayPartsToString(tag.text)}`.trimEnd());
  const documentation = ts.displayPartsToString(info.documentation);
  return [`\`\`\`typescript\n${signatureText(info)}\n\`\`\``, documentation, ...tags].filter(part => part !== '').join('\n\n');
}

export function quickInfoBundle(info: ts.QuickInfo): MimeBundle {
  const documentation = ts.displayPartsToString(info.documentation);
  const text = [signatureText(info), documentation].filter(part => part !== '').join('\n\n');
  return { data: { 'text/plain': text, 'text/markdown': quickInfoMarkdown(info) }, metadata: {} };
}

function signatureText(info: ts.QuickInfo): string {
  return ts.displayPartsToString(info.displayParts).replace(/^\(alias\) ([\s\S]*?)\nimport [^\n]*$/, '$1');
}

export function signatureBundle(help: SignatureHelp): MimeBundle | null {
  const shown = help.signatures[help.activeSignature];
  if (shown === undefined) return null;
  const parameters = shown.parameters.filter(({ documentation }) => documentation !== '').map(({ label, documentation }) => `- \`${label}\`: ${documentation}`);
  const markdown = [`\`\`\`typescript\n${shown.label}\n\`\`\``, shown.documentation, parameters.join('\n')].filter(part => part !== '').join('\n\n');
  return { data: { 'text/plain': [shown.label, shown.documentation].filter(part => part !== '').join('\n\n'), 'text/markdown': markdown }, metadata: {} };
}

export function signatureHelp(items: ts.SignatureHelpItems): SignatureHelp {
  return {
    activeSignature: items.selectedItemIndex,
    activeParameter: items.argumentIndex,
    signatures: items.items.map(item => ({
      label: [item.prefixDisplayParts, ...item.parameters.flatMap((parameter, index) => (index === 0 ? [parameter.displayParts] : [item.separatorDisplayParts, parameter.displayParts])), item.suffixDisplayParts].map(ts.displayPartsToString).join(''),
      documentation: ts.displayPartsToString(item.documentation),
      parameters: item.parameters.map(parameter => ({ label: ts.displayPartsToString(parameter.displayParts), documentation: ts.displayPartsToString(parameter.documentation) }))
    }))
  };
}

const MESSAGE_CHARS = 1_500;

/** Diagnostics that lie in the text from `shift` on, as problems of that text. */
export function problemsIn(diagnostics: readonly ts.Diagnostic[], source: string, shift: number): Problem[] {
  return diagnostics.flatMap(diagnostic => {
    const start = (diagnostic.start ?? 0) - shift;
    if (start < 0 || start > source.length) return [];
    const end = Math.min(source.length, start + (diagnostic.length ?? 0));
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    const severity = diagnostic.category === ts.DiagnosticCategory.Error ? 'error' : diagnostic.category === ts.DiagnosticCategory.Warning ? 'warning' : 'hint';
    return [{ code: `TS${diagnostic.code}`, message: message.length > MESSAGE_CHARS ? `${message.slice(0, MESSAGE_CHARS)}…` : message, ...lineAndColumn(source, start), start, end, severity } satisfies Problem];
  });
}

export function lineAndColumn(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
