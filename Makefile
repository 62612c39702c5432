export GOFLAGS := -tags=nolibopusfile
