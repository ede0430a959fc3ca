import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel, Widget } from '@lumino/widgets';
import type { ValidationReport } from '../../engine/api/host';
import { RUN_MIME, VALIDATION_MIME } from '../../worker/protocol';
import { fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { LiveRunWidget } from './live-run-widget';
import type { LiveRunOptions } from './live-run-widget';
import { parseRunOutput } from './parse-run-output';
import { parseValidation, validationView } from './validation-view';

/** A run in a cell. OutputArea reuses the renderer, so `renderModel` only updates. */
class RunRenderer extends Panel implements IRenderMime.IRenderer {
  private run: LiveRunWidget | null = null;

  constructor(private readonly options: LiveRunOptions) {
    super();
    this.addClass('lt-output');
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    try {
      const { runId, snapshot } = parseRunOutput(model.data[RUN_MIME]);
      if (!this.run) {
        this.run = new LiveRunWidget(this.options);
        this.addWidget(this.run);
      }
      this.run.setRun(runId, snapshot);
    } catch (error) {
      this.run?.dispose();
      this.run = null;
      fill(this.node, errorCard(error));
    }
    return Promise.resolve();
  }
}

class ValidationRenderer extends Widget implements IRenderMime.IRenderer {
  private drawn = '';

  constructor() {
    super();
    this.addClass('lt-output');
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const text = JSON.stringify(model.data[VALIDATION_MIME]);
    if (text === this.drawn) return Promise.resolve();
    this.drawn = text;
    try {
      const report: ValidationReport = parseValidation(model.data[VALIDATION_MIME]);
      fill(this.node, validationView(report));
    } catch (error) {
      fill(this.node, errorCard(error));
    }
    return Promise.resolve();
  }
}

/** The factories for runs and validation reports in cells. Both draw untrusted data as text only, hence `safe`. */
export function rendererFactories(options: LiveRunOptions): readonly IRenderMime.IRendererFactory[] {
  return [
    { safe: true, mimeTypes: [RUN_MIME], defaultRank: 10, createRenderer: () => new RunRenderer(options) },
    { safe: true, mimeTypes: [VALIDATION_MIME], defaultRank: 10, createRenderer: () => new ValidationRenderer() }
  ];
}
