import type { editor } from 'monaco-editor/editor';
import { themeReader } from '../ui/palette';

/** `#rrggbb` of a CSS colour; Monaco understands nothing else. Unknown ones give the fallback. */
export function hexColour(colour: string, fallback: string): string {
  if (/^#[0-9a-f]{6}$/i.test(colour)) return colour.toLowerCase();
  if (/^#[0-9a-f]{3}$/i.test(colour)) return `#${[...colour.slice(1)].map(digit => digit + digit).join('')}`.toLowerCase();
  const match = /^rgba?\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)/.exec(colour);
  if (!match) return fallback;
  return `#${match.slice(1, 4).map(part => Math.min(255, Number(part)).toString(16).padStart(2, '0')).join('')}`;
}

/** Monaco's theme from JupyterLab's variables as they hold now. */
export function monacoTheme(): editor.IStandaloneThemeData {
  const read = themeReader(document.body);
  const dark = document.body.dataset['jpThemeLight'] === 'false';
  const resolved = (variable: string, fallback: string): string => hexColour(resolveColour(read(variable)), fallback);
  const ink = dark ? '#e0e0e0' : '#212121';
  const token = (name: string, variable: string): editor.ITokenThemeRule => ({ token: name, foreground: resolved(variable, ink).slice(1) });
  return {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      token('keyword', '--jp-mirror-editor-keyword-color'),
      token('string', '--jp-mirror-editor-string-color'),
      token('number', '--jp-mirror-editor-number-color'),
      token('comment', '--jp-mirror-editor-comment-color'),
      token('identifier', '--jp-mirror-editor-variable-color'),
      token('type', '--jp-mirror-editor-def-color'),
      token('type.identifier', '--jp-mirror-editor-def-color')
    ],
    colors: {
      'editor.background': resolved('--jp-layout-color0', dark ? '#111111' : '#ffffff'),
      'editor.foreground': resolved('--jp-content-font-color1', ink),
      'editorLineNumber.foreground': resolved('--jp-ui-font-color2', ink),
      'editorCursor.foreground': resolved('--jp-editor-cursor-color', ink),
      'editorWidget.background': resolved('--jp-layout-color1', dark ? '#212121' : '#ffffff'),
      'editorWidget.border': resolved('--jp-border-color1', '#bdbdbd'),
      'focusBorder': resolved('--jp-brand-color1', '#1976d2')
    }
  };
}

/** A colour as the browser computes it, so that names, `color-mix` and nested variables resolve. */
function resolveColour(colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  document.body.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}
