import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionCap } from './connection-cap.ts';

/** Beacons under one limit. What one announces, the others know at once; when they announce is up to the test. */
class Deployment {
  readonly beacons: { uid: string; cap: ConnectionCap; connections: number; said: number }[];

  constructor(nodes: number, limit: number) {
    this.beacons = Array.from({ length: nodes }, (_, i) => {
      const uid = `n${i}`;
      return { uid, cap: new ConnectionCap(limit, uid), connections: 0, said: 0 };
    });
  }

  get total(): number {
    return this.beacons.reduce((sum, each) => sum + each.connections, 0);
  }

  announce(i: number): void {
    const beacon = this.beacons[i];
    if (beacon === undefined) return;
    const others = this.beacons
      .filter((each) => each !== beacon)
      .map(({ uid, said }) => ({ uid, claim: said }));
    beacon.cap.renew(beacon.connections, others);
    beacon.said = beacon.cap.claim;
  }

  /** So many clients try one Beacon. */
  arrive(i: number, clients: number): void {
    const beacon = this.beacons[i];
    for (let n = 0; n < clients; n++) {
      if (beacon?.cap.admits(beacon.connections) === true) beacon.connections++;
    }
  }

  leave(i: number, clients: number): void {
    const beacon = this.beacons[i];
    if (beacon !== undefined) beacon.connections = Math.max(0, beacon.connections - clients);
  }
}

describe('the limit of all connections', () => {
  it('holds whoever comes and goes where, and whoever announces when', () => {
    const act = fc.record({
      what: fc.constantFrom('announce', 'announce', 'arrive', 'arrive', 'leave'),
      where: fc.nat(3),
      clients: fc.nat(60),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(100),
        fc.array(act, { maxLength: 60 }),
        (nodes, limit, acts) => {
          const deployment = new Deployment(nodes, limit);
          for (const { what, where, clients } of acts) {
            const i = where % nodes;
            if (what === 'announce') deployment.announce(i);
            else if (what === 'arrive') deployment.arrive(i, clients);
            else deployment.leave(i, clients);
            expect(deployment.total).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds when two claim at once without having heard of each other', () => {
    const [a, b] = [new ConnectionCap(101, 'a'), new ConnectionCap(101, 'b')];
    a.renew(0, [{ uid: 'b', claim: 0 }]);
    b.renew(0, [{ uid: 'a', claim: 0 }]);
    expect([a.claim, b.claim]).toEqual([51, 50]);
  });

  it('is reached, but for fewer places than there are Beacons, by one that all clients come to', () => {
    const deployment = new Deployment(3, 100);
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 3; i++) deployment.announce(i);
      deployment.arrive(1, 1_000);
    }
    expect(deployment.total).toBeGreaterThan(97);
  });
});
