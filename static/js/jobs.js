// Keeps what a page of settings tells of work in the background up to date while some of it is under way.
import { morphInside } from "./morph.js";
import { fetchDocument } from "./page.js";

const EVERY = 2000;
const jobs = document.getElementById("jobs");
const isUnderWay = () => jobs.querySelector("progress") !== null;

async function look() {
  try {
    const fresh = document.hidden ? null : await fetchDocument(jobs.dataset.at);
    if (fresh) morphInside(jobs, fresh.body);
  } catch {
    // Whoever does not answer is asked again.
  }
  if (isUnderWay()) setTimeout(look, EVERY);
}

if (isUnderWay()) setTimeout(look, EVERY);
