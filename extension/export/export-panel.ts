import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { IDataService } from '../services/tokens';
import { el, fill } from '../ui/dom';
import { download } from '../ui/download';
import { errorCard } from '../ui/error-card';
import { exportIcon } from '../ui/icons';
import { AgentCard } from './agent-card';
import { AgentClient } from './agent-client';
import { bundleView } from './deploy-view';
import { exportForm } from './export-form';
import type { ExportRequest } from './export-form';

export interface ExportPanelOptions {
  readonly data: IDataService;
  /** Saves bytes beside the notebook; resolves to the path. */
  readonly save: (fileName: string, bytes: Uint8Array) => Promise<string>;
  readonly onRecord: () => void;
  readonly onNotebook: () => void;
}

/** Export: from a pipeline that has run to a signed bundle, and on to the local agent. */
export class ExportPanel extends Widget {
  private readonly form = el('div');
  private readonly result = el('div');
  private readonly agentPlace = el('div');
  private card: AgentCard | null = null;
  private agent: AgentClient | null = null;
  private readonly releases = new Map<string, number>();

  constructor(private readonly options: ExportPanelOptions) {
    super();
    this.id = 'littoral-export';
    this.title.label = 'Export';
    this.title.icon = exportIcon;
    this.title.closable = true;
    this.addClass('lt-panel');
    this.addClass('lt-export');
    this.node.append(
      el('div', { class: 'lt-export-columns' }, el('div', {}, el('h2', {}, 'Export a bundle'), el('p', { class: 'lt-hint' }, 'A bundle is exactly what was validated: plan, model, schemas and evidence, each with its SHA-256, signed by this page’s key.'), this.form, this.result), this.agentPlace)
    );
  }

  /** Fills the form anew, with `runId` chosen if it is given. */
  async prepare(runId: string | null): Promise<void> {
    try {
      const { data } = this.options;
      const site = await data.site;
      if (site.agent && !this.agent) {
        this.agent = new AgentClient(site.agent.url);
        this.card = new AgentCard(this.agent);
        fill(this.agentPlace, this.card.node);
        this.card.setActive(this.isVisible);
        await this.card.look();
      }
      const engine = data.engineState === 'alive' ? await data.engine() : null;
      fill(
        this.form,
        exportForm({
          runs: engine ? await engine.runs() : [],
          recordings: engine ? await engine.recordings() : [],
          runId,
          nextRelease: pipeline => this.nextRelease(pipeline),
          nowMs: () => Date.now(),
          onSubmit: request => this.export(request),
          onRecord: this.options.onRecord,
          onNotebook: this.options.onNotebook
        })
      );
    } catch (error) {
      fill(this.form, errorCard(error, { label: 'Try again', run: () => void this.prepare(runId) }));
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.card?.setActive(true);
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.card?.setActive(false);
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.card?.setActive(false);
  }

  /** One more than what this page exported last and what the agent runs. */
  private nextRelease(pipeline: string): number {
    const status = this.card?.status;
    const running = status?.pipeline === pipeline ? (status.release ?? 0) : 0;
    return Math.max(this.releases.get(pipeline) ?? 0, running) + 1;
  }

  private async export(request: ExportRequest): Promise<void> {
    const engine = await this.options.data.engine();
    const { plan, models } = await engine.runStart(request.runId);
    const result = await engine.bundle(plan, models, request.recording, { release: request.release, targets: request.targets, expires: request.expires });
    this.releases.set(plan.name, request.release);
    const { fileName } = result.bundle;
    fill(
      this.result,
      bundleView({
        result,
        agent: this.agent,
        onDownload: () => download(fileName, result.bytes, 'application/zip'),
        onSave: () => this.options.save(fileName, result.bytes),
        onDeployed: () => void this.card?.look()
      })
    );
    this.result.scrollIntoView({ block: 'nearest' });
  }
}
