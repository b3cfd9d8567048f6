-- Loaded into Neovim by the tests: what they ask of it, and what it told a person.

_G.driver = { said = {}, shown = {}, methods = {}, answer = 2 }

vim.o.swapfile = false
vim.o.hidden = true
vim.cmd("filetype on")

vim.notify = function(text)
  table.insert(driver.said, text)
end
-- `vim.notify_once` keeps its own list; it ends in `vim.notify`.

vim.fn.confirm = function(question)
  table.insert(driver.said, question)
  return driver.answer
end

vim.lsp.handlers["window/showMessage"] = function(_, message)
  table.insert(driver.said, message.message)
  return message
end

local echo = vim.api.nvim_echo
vim.api.nvim_echo = function(chunks, history, options)
  local text = ""
  for _, chunk in ipairs(chunks) do
    text = text .. chunk[1]
  end
  table.insert(driver.shown, text)
  return echo(chunks, history, options)
end

--- Run a chunk of a test and answer with JSON.
function driver.run(code, ...)
  local chunk, problem = loadstring(code)
  if not chunk then
    return vim.fn.json_encode({ problem = problem })
  end
  local arguments = { ... }
  local ok, result = xpcall(function()
    return chunk(unpack(arguments))
  end, debug.traceback)
  if not ok then
    return vim.fn.json_encode({ problem = tostring(result) })
  end
  return vim.fn.json_encode({ result = result == nil and vim.NIL or result })
end

--- The diagnostics of the current buffer, in the order of the text.
function driver.diagnostics()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local raw = diagnostic.user_data and diagnostic.user_data.lsp or {}
    table.insert(found, {
      code = diagnostic.code or raw.code,
      message = diagnostic.message,
      source = diagnostic.source,
      severity = diagnostic.severity,
      line = diagnostic.lnum,
      first = diagnostic.col,
      last = diagnostic.end_col,
      tags = diagnostic._tags or {},
    })
  end
  table.sort(found, function(a, b)
    return a.line < b.line or a.line == b.line and a.first < b.first
  end)
  return found
end

local function client()
  return require("default_lint").clients(vim.api.nvim_get_current_buf())[1]
end

--- A request to the server and its answer, through the client of the editor.
function driver.request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000)
  for _, answer in pairs(answers or {}) do
    if answer.err or answer.error then
      error(vim.inspect(answer))
    end
    return answer.result
  end
end

function driver.hover(line, column)
  vim.api.nvim_win_set_cursor(0, { line + 1, column })
  local params = vim.lsp.util.make_position_params(0, client().offset_encoding)
  local answer = driver.request("textDocument/hover", params)
  return answer and answer.contents and answer.contents.value
end

--- Take the quick fix whose title holds a text, as a person does who chooses it from the list.
function driver.fix(line, column, title)
  vim.api.nvim_win_set_cursor(0, { line + 1, column })
  local titles = {}
  vim.ui.select = function(items, _, choose)
    for _, item in ipairs(items) do
      -- 0.11: { action, ctx }; 0.7: { client, action }
      local action = item.action or item[2]
      table.insert(titles, action.title)
      if action.title:find(title, 1, true) then
        choose(item)
      end
    end
  end
  driver.titles = titles
  vim.lsp.buf.code_action()
end

function driver.lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

function driver.buffers()
  local texts = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_get_name(buffer)
    if vim.startswith(name, "default-lint://") then
      texts[name] = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
    end
  end
  return next(texts) and texts or vim.empty_dict()
end
