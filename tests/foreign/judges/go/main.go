// Judges certificates as Go does: crypto/x509 and nothing outside the standard library.
//
//	judge FOLDER crl|ocsp MOMENT NAME...
//
// MOMENT in seconds since 1970. Prints name, verdict, CN and O of each.
package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

var folder string

func read(name string) []byte {
	raw, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		panic(err)
	}
	return raw
}

func certificate(name string) *x509.Certificate {
	found, err := x509.ParseCertificate(read(name))
	if err != nil {
		panic(err)
	}
	return found
}

func main() {
	folder = os.Args[1]
	seconds, err := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil {
		panic(err)
	}
	moment := time.Unix(seconds, 0)
	for _, name := range os.Args[4:] {
		leaf := certificate(name + ".leaf.der")
		verdict := chain(name, leaf, moment)
		if verdict == "good" {
			verdict = listed("root.crl", certificate(name+".root.der"),
				certificate("issuing.der").SerialNumber, moment)
		}
		if verdict == "good" && os.Args[2] == "crl" {
			verdict = listed("issuing.crl", certificate("issuing.der"),
				leaf.SerialNumber, moment)
		} else if verdict == "good" {
			verdict = answered(read(name+".ocsp"), leaf, moment)
		}
		fmt.Printf("%s\t%s\t%s\t%s\n", name, verdict, leaf.Subject.CommonName,
			leaf.Subject.Organization[0])
	}
}

func chain(name string, leaf *x509.Certificate, moment time.Time) string {
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(certificate(name + ".root.der"))
	others.AddCert(certificate("issuing.der"))
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others,
		CurrentTime: moment, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	var invalid x509.CertificateInvalidError
	var stranger x509.UnknownAuthorityError
	switch {
	case err == nil:
		return "good"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "expired"
	case errors.As(err, &stranger):
		return "untrusted"
	}
	return err.Error()
}

func listed(name string, issuer *x509.Certificate, serial *big.Int,
	moment time.Time) string {
	list, err := x509.ParseRevocationList(read(name))
	if err != nil {
		return err.Error()
	}
	if err := list.CheckSignatureFrom(issuer); err != nil {
		return err.Error()
	}
	if moment.Before(list.ThisUpdate) || moment.After(list.NextUpdate) {
		return "the list is not in force"
	}
	for _, each := range list.RevokedCertificates {
		if each.SerialNumber.Cmp(serial) == 0 {
			return "revoked"
		}
	}
	return "good"
}

type response struct {
	Status asn1.Enumerated
	Bytes  struct {
		Type  asn1.ObjectIdentifier
		Basic []byte
	} `asn1:"explicit,tag:0,optional"`
}

type basic struct {
	Signed       signed
	Algorithm    pkix.AlgorithmIdentifier
	Signature    asn1.BitString
	Certificates []asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

type signed struct {
	Raw        asn1.RawContent
	Responder  asn1.RawValue
	ProducedAt time.Time `asn1:"generalized"`
	Single     []single
	Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
}

type single struct {
	Certificate struct {
		Algorithm pkix.AlgorithmIdentifier
		Name, Key []byte
		Serial    *big.Int
	}
	Good    asn1.Flag `asn1:"tag:0,optional"`
	Revoked struct {
		At     time.Time       `asn1:"generalized"`
		Reason asn1.Enumerated `asn1:"explicit,tag:0,optional"`
	} `asn1:"tag:1,optional"`
	Unknown    asn1.Flag `asn1:"tag:2,optional"`
	ThisUpdate time.Time `asn1:"generalized"`
	NextUpdate time.Time `asn1:"generalized,explicit,tag:0,optional"`
}

func answered(raw []byte, leaf *x509.Certificate, moment time.Time) string {
	var outer response
	if rest, err := asn1.Unmarshal(raw, &outer); err != nil || len(rest) != 0 {
		return fmt.Sprint("response: ", err)
	}
	var inner basic
	if rest, err := asn1.Unmarshal(outer.Bytes.Basic, &inner); err != nil || len(rest) != 0 {
		return fmt.Sprint("basic response: ", err)
	}
	responder, err := x509.ParseCertificate(inner.Certificates[0].FullBytes)
	if err != nil {
		return err.Error()
	}
	if err := responder.CheckSignatureFrom(certificate("issuing.der")); err != nil {
		return err.Error()
	}
	if len(responder.ExtKeyUsage) != 1 ||
		responder.ExtKeyUsage[0] != x509.ExtKeyUsageOCSPSigning {
		return "the responder may not sign answers"
	}
	if moment.Before(responder.NotBefore) || moment.After(responder.NotAfter) {
		return "the responder's certificate is not valid"
	}
	if err := responder.CheckSignature(x509.ECDSAWithSHA256, inner.Signed.Raw,
		inner.Signature.RightAlign()); err != nil {
		return err.Error()
	}
	said := inner.Signed.Single[0]
	if said.Certificate.Serial.Cmp(leaf.SerialNumber) != 0 {
		return "the answer is about another certificate"
	}
	if moment.Before(said.ThisUpdate) || moment.After(said.NextUpdate) {
		return "the answer is not in force"
	}
	if bool(said.Good) {
		return "good"
	}
	if bool(said.Unknown) {
		return "unknown"
	}
	return "revoked"
}
