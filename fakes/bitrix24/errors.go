package bitrix24

import (
	"encoding/json"
	"errors"
	"strconv"
)

// apiError is a refusal in the portal's own envelope. The code is a text in most
// families, an empty text in classic CRM, a number in the controllers of the newer ones.
type apiError struct {
	status int
	code   any
	text   string
	gap    string // why the fake, not the portal, is the reason
}

func (e *apiError) Error() string { return str(e.code) + ": " + e.text }

func refusal(status int, code any, text string) *apiError {
	return &apiError{status: status, code: code, text: text}
}

// classic is a refusal of classic CRM: HTTP 400 and an empty code.
func classic(text string) *apiError { return refusal(400, "", text) }

// missing is the refusal of a controller for a parameter that is not there.
func missing(name string) *apiError {
	return refusal(400, 100, "Could not find value for parameter {"+name+"}")
}

func notArray(name string) *apiError {
	return refusal(400, 100, "Invalid value {} to match with parameter {"+name+"}. Should be value of type array.")
}

func unknownMethod(name string) *apiError {
	e := refusal(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
	if name == "" {
		return e
	}
	e.gap = "метод «" + name + "» фальшивый портал не знает"
	return e
}

// asRefusal turns any error of a method into a refusal.
func asRefusal(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	return refusal(500, "INTERNAL_SERVER_ERROR", "Internal server error")
}

// codeText is the code as the timeline shows it.
func (e *apiError) codeText() string {
	if c := str(e.code); c != "" {
		return c
	}
	return e.text
}

// body is the envelope of the refusal.
func (e *apiError) body() []byte {
	return appendJSON(nil, M("error", e.code, "error_description", e.text))
}

// systemText gives the constant English text of a system error.
// Page: "Errors common to all methods" of the vendor's documentation.
func systemText(status int, code string) string {
	texts := map[string]string{
		"QUERY_LIMIT_EXCEEDED":            "Too many requests",
		"OPERATION_TIME_LIMIT":            "Method is blocked due to operation time limit",
		"OVERLOAD_LIMIT":                  "REST API is blocked due to overload",
		"INTERNAL_SERVER_ERROR":           "Internal server error",
		"ERROR_UNEXPECTED_ANSWER":         "Server returned an unexpected response",
		"PORTAL_DELETED":                  "Portal was deleted",
		"NO_AUTH_FOUND":                   "Wrong authorization data",
		"INVALID_CREDENTIALS":             "Invalid request credentials",
		"INVALID_REQUEST":                 "Https required",
		"PAYMENT_REQUIRED":                "Subscription has been ended",
		"METHOD_CONFIRM_WAITING":          "Waiting for confirmation",
		"METHOD_CONFIRM_DENIED":           "Method call denied",
		"APPLICATION_NOT_FOUND":           "Application not found",
		"ERROR_OAUTH":                     "Application not installed",
		"ACCESS_DENIED":                   "REST API is available only on commercial plans",
		"ERROR_METHOD_NOT_FOUND":          "Method not found!",
		"ERROR_CORE":                      "Неверное значение поля",
		"WRONG_AUTH_TYPE":                 "Current authorization type is denied for this method",
		"ERROR_MANIFEST_IS_NOT_AVAILABLE": "Manifest is not available",
		"expired_token":                   "The access token provided has expired.",
		"invalid_token":                   "Unable to get application by token",
		"authorization_error":             "Unable to authorize user",
		"user_access_error":               "The user does not have access to the application.",
		"insufficient_scope":              "The request requires higher privileges than provided by the webhook token",
		"allowed_only_intranet_user":      "User must be an intranet user",
	}
	if text, ok := texts[code]; ok {
		return text
	}
	return "HTTP " + strconv.Itoa(status)
}

// numeric reads a code that is written as a number, as controllers do.
func numeric(code string) any {
	if _, err := strconv.Atoi(code); err == nil && code != "" {
		return json.Number(code)
	}
	return code
}
