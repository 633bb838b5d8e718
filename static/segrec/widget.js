/* <segrec-recommendations product="sku-1" limit="8" key="pk_…">what shows until then</…>
   Lists products in the page's own DOM; recommendations.css gives them a look. Without an answer
   the element keeps what the page put into it. */
(() => {
  "use strict";
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;
  const WAITS = { preorder: "Pre-order", backorder: "On back order", out_of_stock: "Sold out" };
  const PATIENCE = 8000;

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

  class Recommendations extends HTMLElement {
    static observedAttributes = ["product", "limit", "key", "query", "heading", "link", "api"];

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
    }

    attributeChangedCallback(name, before, now) {
      if (this.asked && before !== now) this.load();
    }

    get address() {
      const product = this.getAttribute("product");
      const list = product ? `products/${encodeURIComponent(product)}/similar/` : "popular/";
      const query = new URLSearchParams(this.getAttribute("query") || "");
      query.set("limit", this.getAttribute("limit") || "8");
      return `${this.getAttribute("api") || home}/api/v1/${list}?${query}`;
    }

    async load() {
      this.asked = true;
      this.watcher?.disconnect();
      this.asking?.abort();
      const asking = (this.asking = new AbortController());
      const late = setTimeout(() => asking.abort(), PATIENCE);
      this.setAttribute("aria-busy", "true");
      try {
        const headers = { Authorization: `Api-Key ${this.getAttribute("key") || ""}` };
        const answer = await fetch(this.address, { headers, signal: asking.signal });
        if (!answer.ok) throw new Error(`segrec: ${answer.status} from ${answer.url}`);
        const list = await answer.json();
        if (this.asking !== asking) return;
        if (list.results.length) this.show(list);
        this.tell("load", list);
      } catch (problem) {
        if (this.asking === asking) this.tell("error", problem);
        asking.abort();
      } finally {
        clearTimeout(late);
        if (this.asking === asking) this.removeAttribute("aria-busy");
      }
    }

    show(list) {
      const similar = list.results.some((result) => result.source === "similar");
      const heading = this.getAttribute("heading") || (similar ? "Similar products" : "Popular now");
      const row = make("ul", "row", ...list.results.map((result) => this.card(result)));
      row.setAttribute("role", "list");
      const section = make("section", "", make("h2", "heading", heading), row);
      section.className = "segrec";
      section.dataset.list = list.list_id;
      section.setAttribute("aria-label", heading);
      this.replaceChildren(section);
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

    tell(name, detail) {
      this.dispatchEvent(new CustomEvent(`segrec-${name}`, { bubbles: true, detail }));
    }
  }

  if (!customElements.get("segrec-recommendations")) {
    customElements.define("segrec-recommendations", Recommendations);
  }
})();
