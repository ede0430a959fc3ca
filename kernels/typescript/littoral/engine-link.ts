import { connectEnginePort } from '../../../worker/client';
import type { Supervised } from '../../../worker/client';
import type { EngineService } from '../../../worker/protocol';

/** The page's data engine as a kernel reaches it: connected at the first use, and anew after it was lost. */
export class EngineLink {
  private link: Promise<Supervised<EngineService>> | null = null;

  constructor(private readonly options: { readonly enginePort: () => Promise<MessagePort> }) {}

  async service(): Promise<EngineService> {
    this.link ??= this.connect();
    return (await this.link).service;
  }

  private async connect(): Promise<Supervised<EngineService>> {
    const forget = (): void => {
      this.link = null;
    };
    try {
      return connectEnginePort(await this.options.enginePort(), { onDown: forget });
    } catch (error) {
      forget();
      throw error;
    }
  }
}
