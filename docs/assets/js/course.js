/* What the pages of On the Wire need beyond Material. Nothing is stored and nothing is sent. */
(() => {
  "use strict";

  /* Copying: Material trims, and takes the prompts and the output of a terminal with it. The text
     is set before Material's own listener reads it. */
  const textOf = (code) => {
    const block = code.closest(".highlight");
    if (block?.classList.contains("language-console")) {
      const lines = code.textContent.split("\n");
      return lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2)).join("\n");
    }
    const isFile = block?.querySelector(":scope > .filename") && !code.querySelector("a");
    return isFile ? code.textContent : null;
  };
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("[data-clipboard-target]");
      const code = button && document.querySelector(button.dataset.clipboardTarget);
      const text = code && textOf(code);
      if (text) button.dataset.clipboardText = text;
    },
    true,
  );

  /* A file cannot download another one: its text is on the page. */
  const download = (event) => {
    const link = event.target.closest?.("a[download]");
    const title = [...document.querySelectorAll(".highlight > .filename")].find(
      (element) => link?.pathname.endsWith(`/${element.textContent}`),
    );
    if (!title) return;
    event.preventDefault();
    const copy = document.createElement("a");
    copy.download = link.download || title.textContent;
    copy.href = URL.createObjectURL(new Blob([title.parentElement.querySelector("code").textContent]));
    copy.click();
    setTimeout(() => URL.revokeObjectURL(copy.href), 60000);
  };
  if (location.protocol === "file:") document.addEventListener("click", download);

  /* The search index is by far the largest file: it is fetched when the search is used. */
  const search = document.querySelector(".md-search");
  const isUsed = /[?&][qh]=/.test(location.search);
  const { open, send } = XMLHttpRequest.prototype;
  if (search && !isUsed) {
    XMLHttpRequest.prototype.open = function (method, url, ...rest) {
      this.waits = String(url).endsWith("/search/search_index.json");
      return open.call(this, method, url, ...rest);
    };
    XMLHttpRequest.prototype.send = function (...body) {
      const go = () => send.apply(this, body);
      if (!this.waits) return go();
      const used = new AbortController();
      const first = () => {
        used.abort();
        go();
      };
      search.addEventListener("focusin", first, used);
      search.addEventListener("pointerenter", first, used);
    };
  }

  /* Names and roles that the theme leaves out, also of what its script adds later. */
  const name = (selector, attributes) => {
    for (const element of document.querySelectorAll(selector)) {
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    }
  };
  const mend = () => {
    name(".md-code__nav", { role: "none" });
    name(".md-annotation__index:not([aria-label])", { "aria-label": "Note on this line" });
    const wide = ".md-typeset__scrollwrap, .md-typeset figure, .jp-RenderedText pre";
    for (const box of document.querySelectorAll(wide)) {
      box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
    }
  };
  name(".md-search[role=dialog]", { "aria-label": "Search" });
  name(".md-search__inner[role=search]", { "aria-label": "Search the course" });
  new MutationObserver(mend).observe(document.querySelector(".md-content"), {
    childList: true,
    subtree: true,
  });
  addEventListener("resize", mend);
  mend();

  /* A tooltip once in a section is enough, and none in the glossary itself. */
  let seen = new Set();
  for (const element of document.querySelectorAll(".md-typeset h2, .md-typeset abbr[title]")) {
    if (element.tagName === "H2") seen = new Set();
    else if (seen.has(element.title) || element.closest("dl, h1, h2, h3, h4, a")) {
      element.removeAttribute("title");
    } else seen.add(element.title);
  }

  /* Quizzes: see courseware.quiz for the markup. */
  for (const question of document.querySelectorAll(".quiz-question")) {
    const check = question.querySelector(".quiz-check");
    const result = question.querySelector(".quiz-result");
    const answers = question.querySelector(".quiz-answers");
    const options = [...question.querySelectorAll(".quiz-option")];
    const keys = [...answers.querySelectorAll("li")];
    const isRight = (index) => keys[index].classList.contains("quiz-right");
    const explain = (index) => {
      const why = document.createElement("span");
      why.className = `quiz-why ${isRight(index) ? "quiz-right" : "quiz-wrong"}`;
      why.append(
        keys[index].querySelector("strong").cloneNode(true),
        " ",
        ...keys[index].querySelector(".quiz-why").cloneNode(true).childNodes,
      );
      options[index].append(why);
    };
    const forget = () => {
      for (const why of question.querySelectorAll(".quiz-option .quiz-why")) why.remove();
      result.textContent = "";
    };
    check.hidden = false;
    answers.hidden = true;
    question.addEventListener("change", forget);
    check.addEventListener("click", () => {
      forget();
      const inputs = options.map((option) => option.querySelector("input"));
      const chosen = inputs.flatMap((input, index) => (input.checked ? [index] : []));
      if (!chosen.length) {
        result.textContent = "Choose an answer first.";
        return;
      }
      const wrong = chosen.filter((index) => !isRight(index));
      const missed = options.filter((_, index) => isRight(index) && !chosen.includes(index));
      answers.hidden = false;
      if (!wrong.length && !missed.length) {
        options.forEach((_, index) => explain(index));
        result.textContent = "Right.";
      } else {
        chosen.forEach(explain);
        result.textContent = wrong.length
          ? "Not yet. What is wrong with your choice stands under it."
          : `Not yet. ${missed.length} more ${missed.length > 1 ? "are" : "is"} right.`;
      }
    });
  }

  /* Paper has no closed boxes. */
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const box of opened) box.open = true;
  });
  addEventListener("afterprint", () => {
    for (const box of opened) box.open = false;
  });

  /* No transition to what is no page, as a program's text: the browser would report an error. */
  addEventListener("pageswap", ({ activation, viewTransition }) => {
    if (!/(\/|\.html)([?#].*)?$/.test(activation?.entry?.url ?? "")) viewTransition?.skipTransition();
  });

  /* The next page is fetched when the pointer rests on its link. */
  if (/^https?:$/.test(location.protocol)) {
    if (HTMLScriptElement.supports?.("speculationrules")) {
      const rules = document.createElement("script");
      rules.type = "speculationrules";
      const where = { and: [{ href_matches: "/*" }, { not: { selector_matches: "[download]" } }] };
      rules.textContent = JSON.stringify({ prefetch: [{ where, eagerness: "moderate" }] });
      document.head.append(rules);
    } else {
      const known = new Set([location.pathname]);
      document.addEventListener("pointerover", ({ target }) => {
        const link = target.closest?.("a[href]:not([download])");
        if (!link || link.origin !== location.origin || known.has(link.pathname)) return;
        known.add(link.pathname);
        const hint = document.createElement("link");
        hint.rel = "prefetch";
        hint.href = link.pathname;
        document.head.append(hint);
      });
    }
  }
})();
