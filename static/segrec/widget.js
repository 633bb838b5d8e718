/* <segrec-recommendations product="sku-1" limit="8" key="pk_…">what shows until then</…>
   Lists products in the page's own DOM; recommendations.css gives them a look. Without an answer
   the element keeps what the page put into it. It tells segrec what is seen and clicked only where
   it has the attribute `report`. */
(() => {
  "use strict";
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;
  const WAITS = { preorder: "Pre-order", backorder: "On back order", out_of_stock: "Sold out" };
  const HEADINGS = {
    similar: "Similar products",
    bought_together: "Often bought with it",
    popular: "Popular now",
  };
  const PATIENCE = 8000, GATHERED = 1000;

  const make = (tag, name, ...children) => {
    const element = document.createElement(tag);
    if (name) element.className = `segrec-${name}`;
    element.append(...children);
    return element;
  };

  const money = (price, currency) => {
    try {
      const language = document.documentElement.lang || undefined;
      return new Intl.NumberFormat(language, { style: "currency", currency }).format(price);
    } catch {
      return `${price} ${currency}`.trim();
    }
  };

  const safe = (link) => {
    try {
      return link && /^https?:$/.test(new URL(link, document.baseURI).protocol) ? link : "";
    } catch {
      return "";
    }
  };

  const unique = () => {
    const numbers = crypto.getRandomValues(new Uint32Array(4));
    return Array.from(numbers, (number) => number.toString(36)).join("");
  };

  /* The same place from 0 to 99 for the same visitor, each time and on every page. */
  const lot = (visitor) => {
    let hash = 2166136261;
    for (const sign of visitor) hash = Math.imul(hash ^ sign.codePointAt(0), 16777619);
    return (hash >>> 0) % 100;
  };

  class Recommendations extends HTMLElement {
    static observedAttributes = [
      "product", "list", "limit", "key", "query", "heading", "link", "api", "visitor", "holdout",
    ];

    connectedCallback() {
      if (!("IntersectionObserver" in window)) return this.load();
      this.watcher = new IntersectionObserver((seen) => {
        if (seen.some((entry) => entry.isIntersecting)) this.load();
      }, { rootMargin: "400px" });
      this.watcher.observe(this);
    }

    disconnectedCallback() {
      this.watcher?.disconnect();
      this.asking?.abort();
      this.asked = false;
      removeEventListener("pagehide", this.leaving);
      this.leaving = null;
      this.send();
    }

    attributeChangedCallback(name, before, now) {
      if (!this.asked || before === now) return;
      this.isOther ||= name === "product" || name === "list";
      this.load();
    }

    get(name) {
      return this.getAttribute(name) || "";
    }

    get root() {
      return `${this.get("api") || home}/api/v1/`;
    }

    get headers() {
      return { Authorization: `Api-Key ${this.get("key")}` };
    }

    get address() {
      const product = this.get("product");
      const list = this.get("list") || (product ? "similar" : "popular");
      const query = new URLSearchParams(this.get("query"));
      query.set("limit", this.get("limit") || "8");
      const visitor = this.get("visitor");
      if (visitor && lot(visitor) < Number(this.get("holdout"))) query.set("arm", "baseline");
      const path = list === "popular" ? list : `products/${encodeURIComponent(product)}/${list}`;
      return `${this.root}${path}/?${query}`;
    }

    async load() {
      this.asked = true;
      this.watcher?.disconnect();
      this.asking?.abort();
      const asking = (this.asking = new AbortController());
      const late = setTimeout(() => asking.abort(), PATIENCE);
      this.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(this.address, { headers: this.headers, signal: asking.signal });
        if (!answer.ok) throw new Error(`segrec: ${answer.status} from ${answer.url}`);
        const list = await answer.json();
        if (this.asking !== asking) return;
        if (list.results.length) this.show(list);
        else this.restore();
        this.tell("load", list);
      } catch (problem) {
        if (this.asking === asking) {
          if (this.isOther) this.restore();
          this.tell("error", problem);
        }
        asking.abort();
      } finally {
        clearTimeout(late);
        if (this.asking === asking) this.removeAttribute("aria-busy");
      }
    }

    show(list) {
      const sources = list.results.map((result) => result.source);
      const source = ["bought_together", "similar"].find((name) => sources.includes(name));
      const heading = this.get("heading") || HEADINGS[source || "popular"];
      const cards = list.results.map((result) => this.card(result));
      const row = make("ul", "row", ...cards);
      row.setAttribute("role", "list");
      const section = make("section", "", make("h2", "heading", heading), row);
      section.className = "segrec";
      section.dataset.list = list.list_id;
      section.setAttribute("aria-label", heading);
      this.send();
      this.own ||= [...this.childNodes];
      this.isOther = false;
      this.replaceChildren(section);
      if (this.hasAttribute("report")) this.report(list, cards);
    }

    /* Show again what the page had put here: a list stays only beside the product it is of. */
    restore() {
      this.send();
      if (this.own) this.replaceChildren(...this.own);
    }

    card(result) {
      const picture = make("div", "picture");
      const source = safe(result.image_link);
      if (source) {
        const image = make("img");
        Object.assign(image, { alt: "", loading: "lazy", decoding: "async", width: 400, height: 500 });
        image.src = source;
        picture.append(image);
      }
      const wait = WAITS[result.availability];
      if (wait) picture.append(make("span", "wait", wait));
      const id = encodeURIComponent(result.product);
      const link = safe(this.getAttribute("link")?.replace("{id}", id) || result.link);
      const title = make(link ? "a" : "span", "title", result.title);
      if (link) title.href = link;
      const card = make("li", "card", picture, title);
      card.dataset.product = result.product;
      if (result.price !== null) {
        card.append(make("p", "price", money(result.price, result.currency)));
      }
      if (result.reason.text) card.append(make("p", "reason", result.reason.text));
      return card;
    }

    /* Note each card that is half in sight, once, and each click. */
    report(list, cards) {
      const note = (type, card) => {
        const position = cards.indexOf(card) + 1;
        const told = { event_id: unique(), type, product: card.dataset.product, position };
        const where = { list_id: list.list_id, at: new Date().toISOString() };
        const who = this.get("visitor") ? { visitor: this.get("visitor") } : {};
        (this.events ||= []).push({ ...told, ...where, ...who });
        clearTimeout(this.gathering);
        this.gathering = setTimeout(() => this.send(), GATHERED);
      };
      const eye = new IntersectionObserver((seen) => {
        for (const { isIntersecting, target } of seen) {
          if (!isIntersecting) continue;
          eye.unobserve(target);
          note("impression", target);
        }
      }, { threshold: 0.5 });
      for (const card of cards) {
        eye.observe(card);
        const click = ({ button }) => {
          if (button > 1) return;
          note("click", card);
          this.send();
        };
        card.querySelector("a")?.addEventListener("click", click);
        card.querySelector("a")?.addEventListener("auxclick", click);
      }
      if (!this.leaving) addEventListener("pagehide", (this.leaving = () => this.send()));
    }

    send() {
      clearTimeout(this.gathering);
      const events = this.events?.splice(0, 500);
      if (!events?.length) return;
      const headers = { ...this.headers, "Content-Type": "application/json" };
      const told = { method: "POST", headers, body: JSON.stringify(events), keepalive: true };
      fetch(`${this.root}events/`, told).catch(() => {});
    }

    tell(name, detail) {
      this.dispatchEvent(new CustomEvent(`segrec-${name}`, { bubbles: true, detail }));
    }
  }

  if (!customElements.get("segrec-recommendations")) {
    customElements.define("segrec-recommendations", Recommendations);
  }
})();
