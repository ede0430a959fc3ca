import type { Completions, LanguagePort, Problem, SignatureHelp } from './language-port';
import { sharedLanguage } from './workers';

/**
 * Types for documents outside notebooks (Monaco): the same worker, library and checker as for cells. Paths name open
 * documents; offsets are 0-based UTF-16 positions in the text given last.
 */
export class LanguageClient {
  constructor(private readonly port: LanguagePort = sharedLanguage()) {}

  openFile(path: string, text: string): Promise<void> {
    return this.port.openFile(path, text);
  }

  updateFile(path: string, text: string): Promise<void> {
    return this.port.updateFile(path, text);
  }

  closeFile(path: string): Promise<void> {
    return this.port.closeFile(path);
  }

  complete(path: string, offset: number): Promise<Completions> {
    return this.port.completeFile(path, offset);
  }

  hover(path: string, offset: number): Promise<{ readonly markdown: string; readonly start: number; readonly end: number } | null> {
    return this.port.hoverFile(path, offset);
  }

  diagnostics(path: string): Promise<readonly Problem[]> {
    return this.port.diagnoseFile(path);
  }

  signatureHelp(path: string, offset: number): Promise<SignatureHelp | null> {
    return this.port.signatureFile(path, offset);
  }
}
