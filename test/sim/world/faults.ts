import type { World } from './simulate';
import type { Fault } from './scenario';

/** Makes `fault` happen now. */
export function applyFault(world: World, fault: Fault): void {
  const { machine, clock } = world;
  switch (fault.kind) {
    case 'kill':
      return machine.kill(fault.power, fault.downMs);
    case 'killInStatement':
      machine.killIn = fault.statements;
      machine.killLosesPower = fault.power;
      machine.restartAfterMs = fault.downMs;
      return;
    case 'cut':
      for (const wire of machine.process?.connectionsTo(fault.broker) ?? []) wire.cut(fault.silent);
      return;
    case 'restart': {
      const broker = fault.broker === 'plant' ? world.plantBroker : world.outBroker;
      broker.stop(fault.persistent);
      clock.schedule(fault.downMs, () => broker.start());
      if (fault.dieAfterMs !== null) clock.schedule(fault.downMs + fault.dieAfterMs, () => machine.kill(false, 50));
      return;
    }
    case 'refuse': {
      const broker = fault.broker === 'plant' ? world.plantBroker : world.outBroker;
      broker.refusing = true;
      broker.drop();
      clock.schedule(fault.forMs, () => (broker.refusing = false));
      return;
    }
    case 'slow': {
      const before = machine.delayMs;
      machine.delayMs = () => fault.delayMs * world.dice.between(0.2, 1);
      clock.schedule(fault.forMs, () => (machine.delayMs = before));
      return;
    }
    case 'diskFull':
      machine.diskFullUntilMs = clock.nowMs + fault.forMs;
      return;
    case 'ioError':
      machine.ioErrorIn = fault.statements;
      return;
    case 'clockJump':
      machine.clockOffsetMs += fault.byMs;
      return;
    case 'deploy':
      return world.wantNext();
    case 'stop':
      return world.restartAgent();
  }
}
