import type { Contents } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { contentsFiles, resolvePath } from '../../kernels/typescript/contents-files';

type Model = Partial<Contents.IModel>;

function drive(files: Record<string, Model>): { contents: Pick<Contents.IManager, 'get' | 'save'>; saved: Map<string, Model> } {
  const saved = new Map<string, Model>();
  const contents = {
    get: (path: string) => (files[path] === undefined ? Promise.reject(new Error('404')) : Promise.resolve(files[path])),
    save: (path: string, model: Model) => (path.startsWith('full/') ? Promise.reject(new Error('quota exceeded')) : Promise.resolve(void saved.set(path, model)))
  };
  return { contents: contents as unknown as Pick<Contents.IManager, 'get' | 'save'>, saved };
}

describe('paths', () => {
  it.each([
    ['nb', 'a.txt', 'nb/a.txt'],
    ['nb/deep', '../a.txt', 'nb/a.txt'],
    ['nb', '/top.txt', 'top.txt'],
    ['', './a/./b.txt', 'a/b.txt'],
    ['nb', '../../../etc/passwd', 'etc/passwd'],
    ['RTC:nb', 'a.txt', 'RTC:nb/a.txt'],
    ['nb', '.', 'nb']
  ])('from %j, %j is %j', (folder, path, expected) => {
    expect(resolvePath(folder, path)).toBe(expected);
  });
});

describe('files through the contents manager', () => {
  it('reads bytes, text and JSON as bytes', async () => {
    const { contents } = drive({
      'nb/b.bin': { format: 'base64', content: btoa('\u0000\u00ff') },
      'nb/t.txt': { format: 'text', content: 'é' },
      'nb/j.json': { format: 'json', content: { a: 1 } }
    });
    const files = contentsFiles(contents, 'nb');
    expect([...(await files.readFile('b.bin'))]).toEqual([0, 255]);
    expect(new TextDecoder().decode(await files.readFile('t.txt'))).toBe('é');
    expect(new TextDecoder().decode(await files.readFile('j.json'))).toBe('{"a":1}');
  });

  it('writes bytes of any number', async () => {
    const { contents, saved } = drive({});
    const bytes = Uint8Array.from({ length: 100_000 }, (_unused, index) => index % 256);
    await contentsFiles(contents, 'nb').writeFile('out.bin', bytes);
    const model = saved.get('nb/out.bin');
    expect(model).toMatchObject({ type: 'file', format: 'base64' });
    expect(Uint8Array.from(atob(String(model?.content)), character => character.charCodeAt(0))).toEqual(bytes);
  });

  it('lists a folder', async () => {
    const { contents } = drive({ nb: { content: [{ name: 'a.txt', type: 'file', size: 3 }, { name: 'sub', type: 'directory' }] } });
    expect(await contentsFiles(contents, 'nb').list('.')).toEqual([{ name: 'a.txt', kind: 'file', bytes: 3 }, { name: 'sub', kind: 'folder', bytes: null }]);
  });

  it('says which file is missing and where it was looked for', async () => {
    const files = contentsFiles(drive({}).contents, 'nb');
    await expect(files.readFile('bearing.onnx')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringMatching(/^file "bearing\.onnx": cannot be read from "nb\/bearing\.onnx" \(404\)/) });
  });

  it('says what could not be written and why', async () => {
    const files = contentsFiles(drive({}).contents, 'full');
    await expect(files.writeFile('a.zip', new Uint8Array(7))).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN', message: expect.stringMatching(/7 bytes .* \(quota exceeded\)/) });
  });
});
