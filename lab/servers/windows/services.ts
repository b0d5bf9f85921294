import { markFields, markMap, markSet, rewindAll, type Rewind } from "../rewind.ts";
import type { LabClock } from "../types.ts";
import type { EventLog } from "./events.ts";
import { ServiceEvents } from "./service-events.ts";
import {
  activeDependents,
  answeredByStart,
  installed,
  noSuchService,
  pipeTimeoutMs,
  type Service,
  type ServiceFaults,
  type ServiceSpec,
} from "./service.ts";
import { StateWatch } from "./state-watch.ts";
import { win32Text } from "./win32.ts";

/**
 * The service control manager of one host. Requests answer with Windows's error codes, 0 for accepted; the change of
 * state comes later, in lab time.
 */
export class ServiceManager {
  readonly #clock: LabClock;
  readonly #events: ServiceEvents;
  readonly #services = new Map<string, Service>();
  /** What is due for a service next: becoming RUNNING or STOPPED, or dying. */
  readonly #due = new Map<Service, () => void>();
  readonly #starting = new Set<Service>();
  readonly #watch = new StateWatch();
  #nextPid = 1000;

  constructor(clock: LabClock, events: EventLog, specs: readonly ServiceSpec[]) {
    this.#clock = clock;
    this.#events = new ServiceEvents(events);
    for (const spec of specs) this.install(spec);
  }

  /** Installs a service, stopped. */
  install(spec: ServiceSpec): void {
    if (this.#services.has(spec.name.toUpperCase()))
      throw new Error(`The service ${spec.name} is there already.`);
    this.#services.set(spec.name.toUpperCase(), installed(spec));
  }

  mark(): Rewind {
    const pid = this.#nextPid;
    const rewind = rewindAll([
      markMap(this.#services),
      ...[...this.#services.values()].flatMap((s) => [markFields(s), s.program?.mark?.() ?? []].flat()),
      markMap(this.#due),
      markSet(this.#starting),
      this.#watch.mark(),
    ]);
    return () => {
      this.#nextPid = pid;
      rewind();
    };
  }

  /** All services, in order of their key names. */
  list(): readonly Service[] {
    return [...this.#services.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** A service by its key name, any case. */
  find(name: string): Service | undefined {
    return this.#services.get(name.toUpperCase());
  }

  /** A service by key name or display name, as `net start` takes it. */
  findByAnyName(name: string): Service | undefined {
    const wanted = name.toUpperCase();
    return this.find(name) ?? this.list().find(({ displayName }) => displayName.toUpperCase() === wanted);
  }

  /** The running or pending services that depend on this one, those that must be stopped first in front. */
  activeDependents(service: Service): readonly Service[] {
    return activeDependents(service, this.list());
  }

  /** Asks for a start, after the services it depends on. */
  async start(name: string): Promise<number> {
    const service = this.find(name);
    if (!service) return 1060;
    if (service.startType === "disabled") return 1058;
    if (service.state !== "stopped" || this.#starting.has(service)) return 1056;
    this.#starting.add(service);
    try {
      const code = (await this.#startDependencies(service)) || (await this.#refusedStart(service));
      if (code !== 0) {
        this.#events.startFailed(service, code);
        return code;
      }
      this.#begin(service);
      return 0;
    } finally {
      this.#starting.delete(service);
    }
  }

  /** Asks for a stop. */
  stop(name: string): number {
    const service = this.find(name);
    if (!service) return 1060;
    if (service.state === "stopped") return 1062;
    if (service.state !== "running") return 1061;
    if (service.faults.refusesStop) return 1052;
    if (this.activeDependents(service).length > 0) return 1051;
    this.#clear(service);
    service.state = "stop-pending";
    if (!service.faults.hangsOnStop) {
      this.#later(service, service.stopMs, async () => {
        await service.program?.stop();
        this.#stopped(service, 0);
        this.#events.entered(service, "stopped");
      });
    }
    this.#watch.changed();
    return 0;
  }

  /** Changes the configuration; `undefined` leaves a field as it is. */
  configure(
    name: string,
    change: Partial<
      Pick<Service, "startType" | "displayName" | "account" | "image" | "dependsOn" | "failureActions">
    >,
  ): number {
    const service = this.find(name);
    if (!service) return 1060;
    if (change.startType && change.startType !== service.startType) {
      this.#events.startTypeChanged(service, change.startType);
    }
    Object.assign(service, change);
    return 0;
  }

  /** Sets what goes wrong with a service from now on. */
  setFaults(name: string, faults: ServiceFaults): void {
    const service = this.#known(name);
    service.faults = faults;
    if (service.state === "running") this.#armDeath(service);
  }

  /** Ends the process of a service, as `taskkill /F` or a crash does; its failure actions run. */
  async kill(name: string): Promise<void> {
    const service = this.#known(name);
    if (service.state === "stopped") return;
    this.#clear(service);
    this.#stopped(service, 1067);
    await service.program?.stop();
    const action = service.failureActions.actions[0];
    if (action?.kind === "restart") {
      this.#events.crashed(service, action.delayMs);
      this.#due.set(
        service,
        this.#clock.at(this.#clock.now() + action.delayMs, () => {
          this.#due.delete(service);
          // Not awaited: a start may wait for later lab time, and the clock would wait for itself.
          void this.start(service.name);
        }),
      );
    } else this.#events.crashed(service, undefined);
  }

  /** Waits until the service is neither starting nor stopping; gives up when the signal says so. */
  async settled(name: string, signal?: AbortSignal): Promise<Service> {
    const service = this.#known(name);
    await this.#watch.until(() => service.state === "running" || service.state === "stopped", signal);
    return service;
  }

  /** Starts what starts by itself at a boot. */
  async boot(): Promise<void> {
    const first = this.list().filter(({ startType }) => startType === "auto");
    const later = this.list().filter(({ startType }) => startType === "delayed-auto");
    await Promise.all([...first, ...later].map((service) => this.start(service.name)));
  }

  /** Puts a service into RUNNING at once, after those it depends on: how the lab's first moment is made. */
  async runAlready(name: string): Promise<void> {
    const service = this.#known(name);
    if (service.state !== "stopped") return;
    for (const dependency of service.dependsOn) await this.runAlready(dependency);
    service.pid = this.#nextPid += 4;
    await this.#running(service);
  }

  /** Stops everything in order, as a shutdown does; what will not stop is ended. */
  async shutDown(): Promise<void> {
    for (const service of this.list()) this.#clear(service);
    const order = [...new Set(this.list().flatMap((one) => [...this.activeDependents(one), one]))];
    for (const service of order) await this.#end(service);
  }

  /** Ends everything at once, as a loss of power does. */
  async powerLost(): Promise<void> {
    for (const service of this.list()) this.#clear(service);
    await Promise.all(this.list().map((service) => this.#end(service)));
  }

  async #end(service: Service): Promise<void> {
    const ran = service.state !== "stopped";
    this.#stopped(service, 1077);
    if (ran) await service.program?.stop();
  }

  async #startDependencies(service: Service): Promise<number> {
    for (const name of service.dependsOn) {
      const needed = this.find(name);
      if (!needed) return 1075;
      if (needed.state === "stop-pending") await this.settled(name);
      const code = needed.state === "stopped" ? await this.start(name) : 0;
      const outcome = code === 0 || code === 1056 ? await this.settled(name) : needed;
      if (outcome.state !== "running") {
        this.#events.dependencyFailed(service, needed, code || outcome.exitCode);
        return 1068;
      }
    }
    return 0;
  }

  async #refusedStart(service: Service): Promise<number> {
    const code = service.faults.failsToStart;
    if (code === undefined || !answeredByStart.has(code)) return 0;
    if (code === 1053) {
      await new Promise<void>((resolve) => this.#clock.at(this.#clock.now() + pipeTimeoutMs, resolve));
      this.#events.connectTimedOut(service, pipeTimeoutMs);
    }
    return code;
  }

  #begin(service: Service): void {
    service.state = "start-pending";
    service.exitCode = 0;
    service.pid = this.#nextPid += 4;
    this.#watch.changed();
    if (service.faults.hangsOnStart) return;
    this.#later(service, service.startUpMs, async () => {
      const code = service.faults.failsToStart;
      if (code === undefined) return this.#running(service);
      this.#stopped(service, code);
      this.#events.endedWith(service, win32Text(code));
    });
  }

  async #running(service: Service): Promise<void> {
    const pid = service.pid;
    try {
      await service.program?.start();
    } catch (error) {
      this.#stopped(service, 1064);
      this.#events.endedWith(service, error instanceof Error ? error.message : String(error));
      return;
    }
    if (service.pid !== pid) {
      // It was killed while it started: nothing of it may go on.
      if (service.state === "stopped") await service.program?.stop();
      return;
    }
    service.state = "running";
    service.exitCode = 0;
    this.#events.entered(service, "running");
    this.#armDeath(service);
    this.#watch.changed();
  }

  #armDeath(service: Service): void {
    this.#clear(service);
    const afterMs = service.faults.diesAfterMs;
    if (afterMs !== undefined) this.#later(service, afterMs, () => this.kill(service.name));
  }

  #stopped(service: Service, exitCode: number): void {
    service.state = "stopped";
    service.exitCode = exitCode;
    service.pid = 0;
    this.#watch.changed();
  }

  #later(service: Service, afterMs: number, work: () => Promise<void> | void): void {
    const cancel = this.#clock.at(this.#clock.now() + afterMs, () => {
      this.#due.delete(service);
      return work();
    });
    this.#due.set(service, cancel);
  }

  #clear(service: Service): void {
    this.#due.get(service)?.();
    this.#due.delete(service);
  }

  #known(name: string): Service {
    const service = this.find(name);
    if (service) return service;
    throw noSuchService(name, this.list());
  }
}
