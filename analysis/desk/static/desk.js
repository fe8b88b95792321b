// What works without a script works with it too; this adds keys, choosing many at once, and progress.
"use strict";
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // Keys: an element that names one in data-key is clicked or focused by it; j and k walk through rows.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (typing(event.target)) return;
    if (event.key === "?") return help();
    if (event.key === "j" || event.key === "k") return walk(event.key === "j" ? 1 : -1, event);
    if (event.key === "x") {
      const box = document.activeElement.closest("tr, li")?.querySelector("input[type=checkbox]");
      if (box) { box.click(); event.preventDefault(); }
      return;
    }
    const found = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
    if (!found) return;
    event.preventDefault();
    if (found.matches("input, select, textarea")) found.focus(); else found.click();
  });

  const walk = (step, event) => {
    const links = [...document.querySelectorAll("[data-rows] [data-row]")];
    if (!links.length) return;
    const now = links.findIndex((each) => each.closest("tr, li").contains(document.activeElement));
    const next = links[Math.min(links.length - 1, Math.max(0, now + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  };

  const help = () => {
    const old = document.querySelector("dialog.keys");
    if (old) return old.dispatchEvent(new Event("cancel"));
    const before = document.activeElement;  // j and k go on from there
    const box = document.createElement("dialog");
    box.className = "keys";
    box.setAttribute("aria-label", "快捷键");
    const list = document.createElement("dl");
    const lines = [["j / k", "下一行 / 上一行"], ["x", "勾选这一行"], ["?", "打开或关闭本表"], ["Esc", "离开输入框"]];
    for (const each of document.querySelectorAll("[data-key]")) {
      lines.push([each.dataset.key, each.getAttribute("aria-label") || each.dataset.says || each.textContent.trim()]);
    }
    for (const [key, says] of lines) {
      const term = document.createElement("dt"), told = document.createElement("dd"), cap = document.createElement("kbd");
      cap.textContent = key; told.textContent = says; term.append(cap); list.append(term, told);
    }
    const close = document.createElement("button");
    close.type = "button"; close.textContent = "关闭"; close.addEventListener("click", () => box.dispatchEvent(new Event("cancel")));
    box.addEventListener("cancel", () => { box.remove(); before.focus(); });
    box.append(list, close);
    document.body.append(box);
    if (box.showModal) box.showModal(); else box.setAttribute("open", "");
    close.focus();
  };

  // Choosing many: the box in the head of a table chooses all its rows; a bar says how many are chosen.
  for (const form of document.querySelectorAll("form[data-bulk]")) {
    const boxes = () => [...form.querySelectorAll("input[name=" + form.dataset.bulk + "]")];
    const all = form.querySelector("[data-all]"), told = form.querySelector("[data-chosen]");
    const acts = [...form.querySelectorAll("[data-needs-chosen]")];
    const show = () => {
      const chosen = boxes().filter((box) => box.checked).length;
      if (told) told.textContent = chosen ? "已选 " + chosen + " 件" : "未选";
      for (const act of acts) act.disabled = !chosen;
      if (all) { all.checked = chosen > 0 && chosen === boxes().length; all.indeterminate = chosen > 0 && !all.checked; }
    };
    if (all) { all.hidden = false; all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; show(); }); }
    form.addEventListener("change", show);
    show();
  }

  // The entry of the menu where one is, on a narrow screen too.
  const here = document.querySelector(".menu [aria-current]");
  if (here) here.closest("ul").scrollLeft = here.offsetLeft - 60;

  // Files that are too large are told before they are sent: what else was typed stays.
  for (const field of document.querySelectorAll("input[type=file][data-most]")) {
    field.addEventListener("change", () => {
      const size = [...field.files].reduce((sum, file) => sum + file.size, 0) / 1024 / 1024;
      const said = "所选文件共 " + Math.ceil(size) + " MB，最多 " + field.dataset.most + " MB：请压缩或拆分后再传";
      field.setCustomValidity(size > field.dataset.most ? said : "");
      field.reportValidity();
    });
  }

  // Fields that were left as the page showed them: where somebody else was first and the form comes back, only
  // what was changed is put back into it.
  const isLeft = (field) => {
    if (field.dataset.typed !== undefined) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
    if (!field.options) return field.value === field.defaultValue;
    const options = [...field.options], own = options.some((option) => option.defaultSelected);
    if (!own && !field.multiple) return field.selectedIndex <= 0;
    return options.every((option) => option.selected === option.defaultSelected);
  };
  const tellLeft = (form) => {
    const fields = [...form.elements].filter((each) => each.name && !["hidden", "file", "submit"].includes(each.type));
    const changed = new Set(fields.filter((each) => !isLeft(each)).map((each) => each.name));
    const mark = form.querySelector("input[name=_left]") || document.createElement("input");
    mark.type = "hidden";
    mark.name = "_left";
    mark.value = [...new Set(fields.map((each) => each.name))].filter((name) => !changed.has(name)).join(" ");
    form.append(mark);
  };

  // A form that is sent is not sent twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const asked = event.submitter?.dataset.confirm || form.dataset.confirm;
    const count = form.querySelectorAll("input[name=" + (form.dataset.bulk || "none") + "]:checked").length;
    if (asked && !form.dataset.sent && !window.confirm(asked.replace("{n}", count))) return event.preventDefault();
    if (form.dataset.sent) return event.preventDefault();
    tellLeft(form);
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  for (const field of document.querySelectorAll("[data-submits]")) field.addEventListener("change", () => field.form.submit());

  // Progress: an element names in data-poll where to ask; it is asked until the work is over.
  for (const each of document.querySelectorAll("[data-poll]")) {
    const ask = async () => {
      try {
        const answer = await fetch(each.dataset.poll, { headers: { accept: "application/json" } });
        if (!answer.ok) return;
        const job = await answer.json();
        const bar = each.querySelector("progress"), said = each.querySelector("[data-said]");
        if (said) said.textContent = job.said;
        if (bar && job.total) { bar.max = job.total; bar.value = job.done; } else if (bar) bar.removeAttribute("value");
        if (!job.is_running) return location.reload();
      } catch (error) { /* the desk is away for a moment: asked again */ }
      setTimeout(ask, 1500);
    };
    setTimeout(ask, 800);
  }

  // A button copies a text that is read only; on plain http there is no clipboard but the old one.
  const copying = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) {
      const text = document.getElementById(button.dataset.copy);
      button.hidden = !text;
      button.addEventListener("click", async () => {
        text.select();
        try { await navigator.clipboard.writeText(text.value); } catch (error) { document.execCommand("copy"); }
        button.textContent = "已复制";
      });
    }
  };
  copying(document);

  // A part of another page is fetched when it comes into sight: what takes a moment does not hold up the page.
  const load = async (box) => {
    try {
      const answer = await fetch(box.dataset.load);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.querySelector("[data-part]");
      if (!part) return;
      box.querySelector("p")?.replaceWith(document.adoptNode(part));
      copying(box);
    } catch (error) { /* the link stays */ }
  };
  for (const box of document.querySelectorAll("[data-load]")) {
    if (!("IntersectionObserver" in window)) { load(box); continue; }
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((each) => each.isIntersecting)) { watch.disconnect(); load(box); }
    });
    watch.observe(box);
  }
})();
