;;; default-lint.el --- Find faults in Keras programs, with eglot  -*- lexical-binding: t; -*-

;; Author: default-lint authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Findings while you type, shapes of layers on hover, quick fixes, and the
;; diagnosis of a short run, from the language server of default-lint
;; (pip install "default-lint[lsp]"):
;;
;;   (add-to-list 'load-path "/path/to/default-lint/editors/emacs")
;;   (require 'default-lint)
;;   (default-lint-setup)
;;   (add-hook 'python-mode-hook #'eglot-ensure)

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'jsonrpc)
(require 'project)

(declare-function eglot-path-to-uri "eglot" (path &rest options)) ; from Emacs 30 on
(declare-function markdown-view-mode "ext:markdown-mode" ())
(defvar eglot-confirm-server-initiated-edits) ; until Emacs 29
(defvar eglot-confirm-server-edits)           ; from Emacs 30 on

(defgroup default-lint nil
  "Faults in Keras programs at the line that causes them."
  :group 'eglot
  :prefix "default-lint-")

(defcustom default-lint-command nil
  "The command that starts the language server, a list of strings.
If nil, `default-lsp' is looked for: in the active environment, in
`.venv' of the project, on the path."
  :type '(choice (const :tag "Look for it" nil) (repeat string)))

(defcustom default-lint-settings nil
  "The settings of default-lint, a property list.
For example (:audience \"curious\" :select [\"ALL\"]).  The keys are
those of docs/editors.md.  `eglot-workspace-configuration' may hold
settings of one project under :default-lint; they win."
  :type 'plist
  :safe #'listp)

(defcustom default-lint-trusted nil
  "Whether `default-lint-diagnose' may run code without asking.
Either t, or a list of directories: projects in or below them."
  :type '(choice (const :tag "Ask once per project" nil)
                 (const :tag "Never ask" t)
                 (repeat directory)))

;;; What is where

(defclass default-lint-server (eglot-lsp-server) ()
  :documentation "The language server of default-lint.")

(defvar default-lint--trusted-now nil
  "Projects in which the person let code run, in this session.")

(defvar default-lint--running nil
  "Tokens and titles of the progress that has begun and not ended.")

(defun default-lint--root (&optional server)
  "The folder of the project of SERVER, or of the current buffer."
  (let ((project (or (and server (eglot--project server)) (project-current))))
    (expand-file-name (if project (project-root project) default-directory))))

(defun default-lint--find-command ()
  "The command that starts the server for the current buffer; nil if there is none."
  (or default-lint-command
      (let* ((scripts (if (eq system-type 'windows-nt) "Scripts" "bin"))
             (active (getenv "VIRTUAL_ENV"))
             (holder (locate-dominating-file default-directory ".venv"))
             (found (cl-some
                     (lambda (environment)
                       (when environment
                         (executable-find
                          (expand-file-name (concat scripts "/default-lsp") environment))))
                     (list active (and holder (expand-file-name ".venv" holder))))))
        (when-let ((program (or found (executable-find "default-lsp"))))
          (list program)))))

(defun default-lint-contact (&rest _)
  "How eglot reaches the server."
  (cons 'default-lint-server
        (or (default-lint--find-command)
            (user-error "No `default-lsp' in the active environment, in .venv of the project or on the path; pip install \"default-lint[lsp]\" installs it"))))

;;;###autoload
(defun default-lint-setup ()
  "Let eglot serve Python buffers with default-lint."
  (add-to-list 'eglot-server-programs '((python-mode python-ts-mode) . default-lint-contact)))

(defun default-lint--server ()
  "The server of the current buffer, or an error that says what to do."
  (let ((server (eglot-current-server)))
    (unless (object-of-class-p server 'default-lint-server)
      (user-error "default-lint serves no buffer here; start it with M-x eglot"))
    server))

(defun default-lint--uri ()
  "The address of the file of the current buffer."
  (if (fboundp 'eglot-path-to-uri)
      (eglot-path-to-uri buffer-file-name)
    (with-no-warnings (eglot--path-to-uri buffer-file-name))))

;;; What is said to the server

(defun default-lint--settings ()
  "The settings as a JSON object."
  (or default-lint-settings (make-hash-table)))

(defun default-lint--trusted-p (root)
  "Whether code of the project at ROOT may run."
  (or (eq default-lint-trusted t)
      (member root default-lint--trusted-now)
      (and (listp default-lint-trusted)
           (cl-some (lambda (folder) (file-in-directory-p root folder)) default-lint-trusted))))

(cl-defmethod eglot-initialization-options ((server default-lint-server))
  "The settings of SERVER, and what this client shows by itself."
  (list :settings (default-lint--settings)
        :trusted (if (default-lint--trusted-p (default-lint--root server)) t :json-false)
        :panel :json-false
        :documents t))

(cl-defmethod eglot-client-capabilities ((_server default-lint-server))
  "What eglot can, and progress, which eglot before Emacs 29 leaves to us."
  (let* ((capabilities (cl-call-next-method))
         (window (plist-get capabilities :window)))
    (plist-put capabilities :window
               (plist-put (and (listp window) (copy-sequence window)) :workDoneProgress t))))

(cl-defmethod eglot-handle-request ((_server default-lint-server)
                                    (_method (eql 'workspace/configuration))
                                    &rest params)
  "Settings of the project where eglot has some, else `default-lint-settings'."
  (let* ((items (append (plist-get params :items) nil))
         (told (append (ignore-errors (cl-call-next-method)) nil)))
    (vconcat
     (cl-loop for item in items
              for value = (pop told)
              collect (or value
                          (and (equal (plist-get item :section) "default-lint")
                               (default-lint--settings)))))))

(cl-defmethod eglot-handle-request ((_server default-lint-server)
                                    (_method (eql 'workspace/applyEdit))
                                    &rest _params)
  "Apply an edit without a question: the server sends one only when told to fix."
  (let ((eglot-confirm-server-initiated-edits nil)
        (eglot-confirm-server-edits nil))
    (cl-call-next-method)))

(defun default-lint--execute (server command &rest arguments)
  "Let SERVER execute COMMAND with ARGUMENTS; do not wait for its end."
  (jsonrpc-async-request
   server :workspace/executeCommand
   (list :command command :arguments (vconcat arguments))
   :timeout nil
   :success-fn #'ignore
   :error-fn (lambda (problem)
               (message "default-lint: %s" (plist-get problem :message)))))

;;; What the server says

(cl-defmethod eglot-handle-notification ((_server default-lint-server)
                                         (_method (eql 'default-lint/show))
                                         &rest page)
  "Show PAGE, a text in Markdown."
  (with-current-buffer (get-buffer-create
                        (format "*default-lint: %s*" (plist-get page :name)))
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert (plist-get page :markdown))
      (goto-char (point-min)))
    (if (fboundp 'markdown-view-mode)
        (markdown-view-mode)
      (special-mode)
      (visual-line-mode))
    (display-buffer (current-buffer))))

(cl-defmethod eglot-handle-request ((_server default-lint-server)
                                    (_method (eql 'window/workDoneProgress/create))
                                    &rest _params)
  "Progress may come."
  nil)

(cl-defmethod eglot-handle-notification ((server default-lint-server)
                                         (_method (eql '$/progress))
                                         &rest params)
  "Remember what SERVER does, and say it where eglot does not."
  (let* ((token (plist-get params :token))
         (value (plist-get params :value))
         (key (cons server token))
         (title (or (plist-get value :title) (cdr (assoc key default-lint--running)))))
    (setq default-lint--running (assoc-delete-all key default-lint--running))
    (unless (equal (plist-get value :kind) "end")
      (push (cons key title) default-lint--running))
    (cond ((boundp 'eglot-report-progress)
           (cl-call-next-method))
          ;; At the end comes a message anyhow.
          ((not (equal (plist-get value :kind) "end"))
           (let ((message-log-max nil))
             (message "%s" (string-join (delq nil (list title (plist-get value :message))) ": ")))))))

;;; Commands

;;;###autoload
(defun default-lint-diagnose ()
  "Run the script of this buffer for a short time and show what went wrong.
The findings land on its lines.  Asks before it runs code, once per
project, unless `default-lint-trusted' says that it may."
  (interactive)
  (let* ((server (default-lint--server))
         (root (default-lint--root server)))
    (unless (default-lint--trusted-p root)
      (unless (y-or-n-p (format "Run %s for up to a minute to diagnose it?  This executes code of %s "
                                (file-name-nondirectory buffer-file-name)
                                (abbreviate-file-name root)))
        (user-error "Nothing was run"))
      (push root default-lint--trusted-now))
    (jsonrpc-notify server :default-lint/trust '(:trusted t))
    (default-lint--execute server "default-lint.diagnose" (default-lint--uri))))

;;;###autoload
(defun default-lint-cancel ()
  "Stop the diagnosis that runs."
  (interactive)
  (let ((server (default-lint--server)))
    (pcase-dolist (`((,owner . ,token) . ,_) default-lint--running)
      (when (eq owner server)
        (jsonrpc-notify server :window/workDoneProgress/cancel (list :token token))))))

;;;###autoload
(defun default-lint-fix-all ()
  "Apply every safe fix to this buffer."
  (interactive)
  (default-lint--execute (default-lint--server) "default-lint.fixAll" (default-lint--uri)))

(defun default-lint--rules (&optional beginning end)
  "The rules that were found between BEGINNING and END."
  (delete-dups
   (cl-loop for diagnostic in (flymake-diagnostics beginning end)
            for found = (alist-get 'eglot-lsp-diag (flymake-diagnostic-data diagnostic))
            when (equal (plist-get found :source) "default-lint")
            collect (plist-get found :code))))

;;;###autoload
(defun default-lint-explain (rule)
  "Show the page of RULE: what it finds, why it matters, what to write instead."
  (interactive
   (let ((here (car (default-lint--rules (line-beginning-position) (line-end-position)))))
     (list (completing-read (format-prompt "Rule" here) (default-lint--rules) nil nil nil nil here))))
  (default-lint--execute (default-lint--server) "default-lint.explain" rule))

;;;###autoload
(defun default-lint-info ()
  "Show what the server knows about itself and this buffer."
  (interactive)
  (default-lint--execute (default-lint--server) "default-lint.debug" (default-lint--uri)))

(provide 'default-lint)

;;; default-lint.el ends here
