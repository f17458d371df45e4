// How large the pieces of a file are: as much as goes in about a second, so that a slow line shows how far it is and loses
// little when it breaks, and a fast one has few questions. What stands in front of the server may take less than it does.

const SMALLEST = 2 ** 18;
const FIRST = 2 ** 20;
const LARGEST = 2 ** 24;
const QUICK = 400;
const SLOW = 4000;

export class Pace {
  octets = FIRST;
  #most = LARGEST;
  #largest = 0; // that arrived
  #broken = 0; // the last that did not
  #goes = false; // any has arrived since

  /** A piece of so many octets took so many milliseconds. */
  arrived(octets, took) {
    this.#largest = Math.max(this.#largest, octets);
    this.#goes = true;
    if (took > SLOW) this.octets = Math.max(SMALLEST, this.octets / 2);
    else if (took < QUICK && octets >= this.octets) this.octets = Math.min(this.#most, this.octets * 4);
  }

  /** It did not: the line broke, or it was too large, which is said in this way as well. Taken to be so when as many did
      not arrive before, others did meanwhile, and never any so large. */
  failed(octets) {
    const isTooLarge = this.#goes && octets === this.#broken && octets > this.#largest;
    if (isTooLarge) this.#most = Math.max(SMALLEST, octets / 2);
    [this.#broken, this.#goes] = [octets, false];
    this.octets = Math.max(SMALLEST, this.octets / 4);
  }

  /** It was too large. Whether a smaller one may be taken. */
  refused(octets) {
    if (octets <= SMALLEST) return false;
    this.octets = this.#most = Math.max(SMALLEST, octets / 2);
    return true;
  }
}
