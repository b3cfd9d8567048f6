--- default-lint for Neovim 0.7 and later: findings while you type, shapes behind layers, diagnosis by a short run.
---
---   vim.opt.runtimepath:append("/path/to/default-lint/editors/neovim")
---   require("default_lint").setup({})
---
--- README.md beside this folder tells the options and commands.

local M = {}

local NAME = "default_lint"

--- What `setup` takes; the values here hold where it is told nothing.
M.options = {
  --- The command of the server, a string or a list; nil: looked for (see `M.server`).
  cmd = nil,
  --- The settings of default-lint, as docs/editors.md lists them, e.g. `{ audience = "curious" }`.
  settings = {},
  --- Whether `:DefaultLintDiagnose` may run code without asking: true, false, or function(folder) -> boolean.
  trusted = false,
  --- Shapes and parameters behind layers (Neovim 0.10 and later).
  inlay_hints = true,
  --- Size of the model and "Diagnose by a short run" above it.
  code_lens = true,
  --- Epoch and loss of a running diagnosis in the message line; false if a plugin shows progress already.
  progress = true,
  filetypes = { "python" },
  root_markers = {
    "default-lint.toml",
    ".default-lint.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    ".git",
  },
  --- function(client, buffer), called in addition.
  on_attach = nil,
  --- Capabilities of the client, from a completion plugin for instance.
  capabilities = nil,
}

--- How clients are started: by `vim.lsp.enable` (0.11), `vim.lsp.start` (0.8) or by hand (0.7).
M.starts_with = vim.fn.has("nvim-0.11") == 1 and "enable" or vim.lsp.start and "start" or "attach"

--- Projects in which the person let code run, in this session.
local trusted_folders = {}
--- Progress that has begun and not ended, by client and token.
local running = {}
--- Clients by project; only where Neovim does not keep them itself (0.7).
local started = {}

local function say(text, level)
  vim.notify("default-lint: " .. text, level or vim.log.levels.INFO)
end

local function say_once(text, level)
  vim.notify_once("default-lint: " .. text, level or vim.log.levels.INFO)
end

--- Differences between versions of Neovim ---------------------------------------------------------------------------

local METHODS = vim.fn.has("nvim-0.11") == 1

local function request(client, method, params, handler, buffer)
  if METHODS then
    return client:request(method, params, handler, buffer)
  end
  return client.request(method, params, handler, buffer)
end

local function notify(client, method, params)
  if METHODS then
    return client:notify(method, params)
  end
  return client.notify(method, params)
end

local function stop(client, force)
  if METHODS then
    return client:stop(force)
  end
  return client.stop(force)
end

local function is_stopped(client)
  if METHODS then
    return client:is_stopped()
  end
  return client.is_stopped()
end

--- The running clients of default-lint; of one buffer when it is given.
function M.clients(buffer)
  local all = (vim.lsp.get_clients or vim.lsp.get_active_clients)()
  return vim.tbl_filter(function(client)
    return client.name == NAME and (buffer == nil or client.attached_buffers[buffer] == true)
  end, all)
end

local function client_of(buffer)
  local client = M.clients(buffer)[1]
  if not client then
    say("no language server runs for this buffer; `:DefaultLintInfo` tells more", vim.log.levels.WARN)
  end
  return client
end

--- Where things are -------------------------------------------------------------------------------------------------

local function parent(folder)
  local above = vim.fn.fnamemodify(folder, ":h")
  return above ~= folder and above or nil
end

local function folder_of(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == "" or name:match("^%a[%w+.-]+://") then
    return vim.loop.cwd()
  end
  return vim.fn.fnamemodify(name, ":p:h")
end

--- The project of a buffer: the closest folder above it with one of the `root_markers`; nil when there is none.
function M.root(buffer)
  local folder = folder_of(buffer)
  while folder do
    for _, marker in ipairs(M.options.root_markers) do
      if vim.loop.fs_stat(folder .. "/" .. marker) then
        return folder
      end
    end
    folder = parent(folder)
  end
  return nil
end

--- The command that starts the server for a project: `cmd` if given, else `default-lsp` of the active environment, of
--- the closest `.venv` of the project, of PATH. nil and the reason when there is none.
function M.server(root)
  local cmd = M.options.cmd
  if cmd then
    cmd = type(cmd) == "string" and { cmd } or cmd
    if vim.fn.executable(cmd[1]) == 1 then
      return cmd
    end
    return nil, ("`%s`, given as `cmd`, is not an executable"):format(cmd[1])
  end
  local scripts = vim.fn.has("win32") == 1 and "/Scripts/" or "/bin/"
  local environments = { vim.env.VIRTUAL_ENV }
  local folder = root or vim.loop.cwd()
  while folder do
    table.insert(environments, folder .. "/.venv")
    folder = parent(folder)
  end
  for _, environment in ipairs(environments) do
    local program = environment .. scripts .. "default-lsp"
    if vim.fn.executable(program) == 1 then
      return { program }
    end
  end
  if vim.fn.executable("default-lsp") == 1 then
    return { vim.fn.exepath("default-lsp") }
  end
  return nil,
    'no `default-lsp` in the active environment, in `.venv` of the project or on PATH; `pip install "default-lint[lsp]"` installs it'
end

--- What may run code ------------------------------------------------------------------------------------------------

local function is_trusted(folder)
  local told = M.options.trusted
  if type(told) == "function" then
    told = told(folder)
  end
  return told == true or trusted_folders[folder] == true
end

--- Pages ------------------------------------------------------------------------------------------------------------

local function buffer_named(name)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer) == name then
      return buffer
    end
  end
  return nil
end

--- Show a page, `{ title, name, markdown }`, in a scratch window; `q` closes it.
function M.show(page)
  local name = "default-lint://" .. page.name
  local buffer = buffer_named(name)
  if not buffer then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
    vim.api.nvim_buf_set_option(buffer, "bufhidden", "wipe")
    vim.api.nvim_buf_set_keymap(buffer, "n", "q", "<cmd>close<cr>", { nowait = true, silent = true })
  end
  vim.api.nvim_buf_set_option(buffer, "modifiable", true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(page.markdown, "\n"))
  vim.api.nvim_buf_set_option(buffer, "modifiable", false)
  local window = vim.fn.bufwinid(buffer)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd("botright split")
    vim.api.nvim_win_set_buf(0, buffer)
  end
  vim.api.nvim_buf_set_option(buffer, "filetype", "markdown")
  vim.api.nvim_win_set_option(0, "wrap", true)
  vim.api.nvim_win_set_option(0, "linebreak", true)
end

--- Commands ---------------------------------------------------------------------------------------------------------

local function execute(client, command, arguments, buffer)
  request(client, "workspace/executeCommand", { command = command, arguments = arguments }, function(problem)
    if problem then
      say(problem.message or tostring(problem), vim.log.levels.ERROR)
    end
  end, buffer)
end

--- Run the script of a buffer for a short time and show on its lines what went wrong. Asks before it runs code, once
--- per project, unless `trusted` says that it may.
function M.diagnose(buffer)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  local client = client_of(buffer)
  if not client then
    return
  end
  local folder = client.config.root_dir or folder_of(buffer)
  if not is_trusted(folder) then
    local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":t")
    local question = ("Run %s for up to a minute to diagnose it? This executes code of %s."):format(name, folder)
    if vim.fn.confirm(question, "&Run\n&Cancel", 2) ~= 1 then
      say("nothing was run")
      return
    end
    trusted_folders[folder] = true
  end
  notify(client, "default-lint/trust", { trusted = true })
  execute(client, "default-lint.diagnose", { vim.uri_from_bufnr(buffer) }, buffer)
end

--- The titles of what the servers do at present.
function M.running()
  local titles = {}
  for _, tokens in pairs(running) do
    vim.list_extend(titles, vim.tbl_values(tokens))
  end
  return titles
end

--- Stop the diagnoses that run.
function M.cancel()
  for _, client in ipairs(M.clients()) do
    for token in pairs(running[client.id] or {}) do
      notify(client, "window/workDoneProgress/cancel", { token = token })
    end
  end
end

--- Apply every safe fix to the buffer.
function M.fix_all()
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if client then
    execute(client, "default-lint.fixAll", { vim.uri_from_bufnr(buffer) }, buffer)
  end
end

--- The rules found in the current buffer, each once: those under the cursor first, then those of its line, the most
--- severe first; and whether there is one at this line.
local function rules_here()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local raw = diagnostic.user_data and diagnostic.user_data.lsp or {}
    local rule = diagnostic.code or raw.code
    if diagnostic.source == "default-lint" and type(rule) == "string" then
      local last = diagnostic.end_lnum or diagnostic.lnum
      local on_line = diagnostic.lnum < row and row - 1 <= last
      local after = diagnostic.lnum < row - 1 or diagnostic.col <= column
      local before = row - 1 < last or column < (diagnostic.end_col or diagnostic.col)
      local distance = not on_line and 2 or after and before and 0 or 1
      table.insert(found, { rule = rule, distance = distance, severity = diagnostic.severity })
    end
  end
  table.sort(found, function(a, b)
    if a.distance ~= b.distance then
      return a.distance < b.distance
    elseif a.severity ~= b.severity then
      return a.severity < b.severity
    end
    return a.rule < b.rule
  end)
  local rules, seen = {}, {}
  for _, one in ipairs(found) do
    if not seen[one.rule] then
      seen[one.rule] = true
      table.insert(rules, one.rule)
    end
  end
  return rules, found[1] ~= nil and found[1].distance < 2
end

--- Show the page of a rule; without one, of the finding at the cursor.
function M.explain(rule)
  -- From a page too, which no server serves.
  local client = M.clients(vim.api.nvim_get_current_buf())[1] or M.clients()[1] or client_of(0)
  if not client then
    return
  end
  if not rule or rule == "" then
    local rules, at_cursor = rules_here()
    if not at_cursor then
      say("no finding at this line; `:DefaultLintExplain RULE` explains any rule")
      return
    end
    rule = rules[1]
  end
  execute(client, "default-lint.explain", { rule }, 0)
end

--- Show what the server knows about itself and this buffer, or why there is none.
function M.info()
  local buffer = vim.api.nvim_get_current_buf()
  local client = M.clients(buffer)[1]
  if client then
    execute(client, "default-lint.debug", { vim.uri_from_bufnr(buffer) }, buffer)
    return
  end
  local root = M.root(buffer)
  local command, problem = M.server(root)
  local version = vim.version()
  M.show({
    name = "debug",
    title = "default-lint",
    markdown = table.concat({
      "# default-lint",
      "",
      "No language server runs for this buffer.",
      "",
      "- file type: `" .. vim.bo.filetype .. "`, served: `" .. table.concat(M.options.filetypes, "`, `") .. "`",
      "- project: " .. (root and "`" .. root .. "`" or "none of the root markers was found"),
      "- server: " .. (command and "`" .. table.concat(command, " ") .. "`" or problem),
      ("- Neovim: %d.%d.%d"):format(version.major, version.minor, version.patch),
      "- log of Neovim's clients: `" .. vim.lsp.get_log_path() .. "`",
    }, "\n"),
  })
end

--- Starting ---------------------------------------------------------------------------------------------------------

--- Whether a buffer has a name. Neovim gives all that have none the same address, so they wait until they get one.
local function is_named(buffer)
  if vim.api.nvim_buf_get_name(buffer) ~= "" then
    return true
  end
  vim.api.nvim_create_autocmd("BufFilePost", {
    group = vim.api.nvim_create_augroup("default_lint.name." .. buffer, { clear = true }),
    buffer = buffer,
    once = true,
    callback = function()
      M.start(buffer)
    end,
  })
  return false
end

local function serves(buffer)
  return vim.bo[buffer].buftype == "" and vim.tbl_contains(M.options.filetypes, vim.bo[buffer].filetype)
end

local function on_exit(code, _, client_id)
  running[client_id] = nil
  if code == 2 then
    vim.schedule(function()
      say('the language server needs pygls: `pip install "default-lint[lsp]"`', vim.log.levels.ERROR)
    end)
  end
end

local handlers = {}

handlers["default-lint/show"] = function(_, page)
  M.show(page)
end

handlers["$/progress"] = function(problem, result, context, config)
  local value = type(result.value) == "table" and result.value or {}
  local tokens = running[context.client_id] or {}
  running[context.client_id] = tokens
  if value.kind == "end" then
    tokens[result.token] = nil
  elseif value.kind then
    tokens[result.token] = value.title or tokens[result.token] or ""
  end
  -- At the end comes a message anyhow.
  if M.options.progress and (value.kind == "begin" or value.kind == "report") then
    local title = tokens[result.token]
    local parts = { title ~= "" and title or nil, value.message }
    local text = table.concat(vim.tbl_values(parts), ": ")
    -- A line longer than the screen would ask for Enter.
    vim.api.nvim_echo({ { vim.fn.strcharpart(text, 0, math.max(vim.o.columns - 15, 20)) } }, false, {})
  end
  return vim.lsp.handlers["$/progress"](problem, result, context, config)
end

--- Neovim 0.11 asks for diagnostics after each edit, and not when the server says that a run found something.
handlers["workspace/diagnostic/refresh"] = function(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for buffer in pairs(client and client.attached_buffers or {}) do
    local params = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
    request(client, "textDocument/diagnostic", params, nil, buffer)
  end
  return vim.NIL
end

local function refresh_lenses(buffer)
  if not vim.api.nvim_buf_is_loaded(buffer) or #M.clients(buffer) == 0 then
    return
  end
  if vim.fn.has("nvim-0.10") == 1 then
    vim.lsp.codelens.refresh({ bufnr = buffer })
  elseif buffer == vim.api.nvim_get_current_buf() then
    vim.lsp.codelens.refresh()
  end
end

handlers["workspace/codeLens/refresh"] = function(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for buffer in pairs(client and client.attached_buffers or {}) do
    refresh_lenses(buffer)
  end
  return vim.NIL
end

local function on_attach(client, buffer)
  M.create_commands()
  if M.options.inlay_hints and vim.fn.has("nvim-0.10") == 1 then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  if M.options.code_lens then
    if vim.lsp.codelens.enable then -- 0.12
      vim.lsp.codelens.enable(true, { bufnr = buffer })
    else
      local group = vim.api.nvim_create_augroup("default_lint.lens." .. buffer, { clear = true })
      vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged" }, {
        group = group,
        buffer = buffer,
        callback = function()
          refresh_lenses(buffer)
        end,
      })
      -- The client counts as attached only after this function.
      vim.schedule(function()
        refresh_lenses(buffer)
      end)
    end
  end
  if M.options.on_attach then
    M.options.on_attach(client, buffer)
  end
end

local function capabilities()
  local ours = M.options.capabilities or vim.lsp.protocol.make_client_capabilities()
  local refresh = { workspace = { codeLens = { refreshSupport = true } } }
  if vim.tbl_get(ours, "textDocument", "diagnostic") then
    refresh.workspace.diagnostics = { refreshSupport = true }
  end
  return vim.tbl_deep_extend("force", ours, refresh)
end

--- The configuration of a client, as `vim.lsp.config` takes it.
function M.config()
  local settings = next(M.options.settings) and M.options.settings or vim.empty_dict()
  local needed = {}
  for method, handler in pairs(handlers) do
    -- Later versions of Neovim refresh by themselves.
    if method == "$/progress" or not vim.lsp.handlers[method] then
      needed[method] = handler
    end
  end
  return {
    name = NAME,
    filetypes = M.options.filetypes,
    cmd = function(dispatchers, config)
      local command = assert(M.server(config and config.root_dir))
      return vim.lsp.rpc.start(command, dispatchers, { cwd = config and config.root_dir })
    end,
    root_dir = function(buffer, on_dir)
      if not is_named(buffer) then
        return
      end
      local root = M.root(buffer)
      local command, problem = M.server(root)
      if command then
        on_dir(root)
      else
        say_once(problem, vim.log.levels.WARN)
      end
    end,
    settings = { ["default-lint"] = settings },
    init_options = { settings = settings, trusted = false, panel = false, documents = true },
    before_init = function(params, config)
      params.initializationOptions = vim.tbl_extend("force", params.initializationOptions or {}, {
        trusted = is_trusted(config.root_dir),
      })
    end,
    capabilities = capabilities(),
    handlers = needed,
    commands = {
      -- From a code lens: the question about trust comes first here too.
      ["default-lint.diagnose"] = function(command)
        M.diagnose(vim.uri_to_bufnr(command.arguments[1]))
      end,
    },
    on_attach = on_attach,
    on_exit = on_exit,
  }
end

--- The configuration for one project, for the versions that are given folder and command rather than functions.
local function config_of(buffer)
  local root = M.root(buffer)
  local command, problem = M.server(root)
  if not command then
    say_once(problem, vim.log.levels.WARN)
    return nil
  end
  local config = M.config()
  config.cmd, config.root_dir, config.cmd_cwd = command, root, root
  return config
end

--- Start the server for a buffer, or attach the one of its project.
function M.start(buffer)
  if M.starts_with == "enable" then
    vim.lsp.enable(NAME)
    return
  end
  local config = serves(buffer) and is_named(buffer) and config_of(buffer)
  if not config then
    return
  end
  if M.starts_with == "start" then
    vim.api.nvim_buf_call(buffer, function()
      vim.lsp.start(config)
    end)
    return
  end
  local key = config.root_dir or ""
  local client = started[key] and vim.lsp.get_client_by_id(started[key])
  if started[key] and not client then
    -- It is still starting, unless it has ended.
    client = not vim.lsp.client_is_stopped(started[key])
  elseif client then
    client = not is_stopped(client)
  end
  if not client then
    started[key] = vim.lsp.start_client(config)
  end
  if started[key] then
    vim.lsp.buf_attach_client(buffer, started[key])
  end
end

--- Stop the servers, wait for their end and start them again.
function M.restart()
  local buffers = {}
  local clients = M.clients()
  for _, client in ipairs(clients) do
    for buffer in pairs(client.attached_buffers) do
      buffers[buffer] = true
    end
    stop(client)
  end
  if #clients == 0 then
    buffers[vim.api.nvim_get_current_buf()] = true
  end
  started = {}
  local waited = 0
  local function again()
    local left = vim.tbl_filter(function(client)
      return not is_stopped(client)
    end, clients)
    if #left > 0 then
      waited = waited + 50
      if waited == 5000 then
        for _, client in ipairs(left) do
          stop(client, true)
        end
      end
      vim.defer_fn(again, 50)
      return
    end
    for buffer in pairs(buffers) do
      if vim.api.nvim_buf_is_loaded(buffer) then
        M.start(buffer)
      end
    end
  end
  again()
end

--- Create the user commands; they work on the current buffer.
function M.create_commands()
  local function create(name, description, action, options)
    vim.api.nvim_create_user_command(name, action, vim.tbl_extend("force", { desc = description }, options or {}))
  end
  create("DefaultLintDiagnose", "Run the script for a short time and show what went wrong", function()
    M.diagnose(0)
  end)
  create("DefaultLintCancel", "Stop the diagnosis that runs", M.cancel)
  create("DefaultLintFixAll", "Apply every safe fix of default-lint", M.fix_all)
  create("DefaultLintExplain", "Show the page of a rule of default-lint", function(call)
    M.explain(call.args)
  end, {
    nargs = "?",
    complete = function(typed)
      return vim.tbl_filter(function(rule)
        return vim.startswith(rule, typed)
      end, (rules_here()))
    end,
  })
  create("DefaultLintRestart", "Restart the language server of default-lint", M.restart)
  create("DefaultLintInfo", "Show what default-lint knows about itself and this buffer", M.info)
end

--- Serve Python buffers from now on.
function M.setup(options)
  for name, value in pairs(options or {}) do
    M.options[name] = value
  end
  M.create_commands()
  if M.starts_with == "enable" then
    vim.lsp.config(NAME, M.config())
    vim.lsp.enable(NAME)
    return
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("default_lint", { clear = true }),
    pattern = M.options.filetypes,
    callback = function(event)
      M.start(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and serves(buffer) then
      M.start(buffer)
    end
  end
end

return M
